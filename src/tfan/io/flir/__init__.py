"""FLIR's container of raw counts and camera constants, in JPEG files and on its own."""
