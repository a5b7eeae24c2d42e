"""Paths by which scripts written for Brian 2 import names from ``brian2.core``; nothing is defined here."""
