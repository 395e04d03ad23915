"""Frames and faces to pictures."""
