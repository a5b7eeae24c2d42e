"""Paths by which scripts written for Brian 2 import from ``brian2.devices``; nothing is defined here."""
