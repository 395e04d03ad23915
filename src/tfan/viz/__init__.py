"""Frames and faces to pictures: RGB arrays, never files and never windows."""

from tfan.viz.draw import draw_faces
from tfan.viz.palettes import PALETTES, colourise

__all__ = ["PALETTES", "colourise", "draw_faces"]
