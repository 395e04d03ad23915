"""Boxes and crops: pure arithmetic on coordinates."""
