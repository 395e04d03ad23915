"""Recordings and pictures to frames and arrays, and back: what is stored, and what it means."""

from tfan.io.frame import Frame
from tfan.io.images import read_image, write_png
from tfan.io.paths import SUFFIXES, expand
from tfan.io.sources import Source, open_source

__all__ = ["SUFFIXES", "Frame", "Source", "expand", "open_source", "read_image", "write_png"]
