"""Frames and faces to pictures: RGB arrays, never files and never windows."""

from tfan.viz.draw import draw_faces
from tfan.viz.outlines import draw_outlines
from tfan.viz.palettes import colourise, confidence_colours, palette_names, shown_span

__all__ = [
    "colourise",
    "confidence_colours",
    "draw_faces",
    "draw_outlines",
    "palette_names",
    "shown_span",
]
