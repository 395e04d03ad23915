"""Image files to arrays and back; the arrays are what stands in the file."""

from tfan.io.images import read_image, write_png
from tfan.io.paths import SUFFIXES, expand

__all__ = ["SUFFIXES", "expand", "read_image", "write_png"]
