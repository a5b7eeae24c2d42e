"""Paths by which scripts written for Brian 2 import from ``brian2.utils``; nothing is defined here."""
