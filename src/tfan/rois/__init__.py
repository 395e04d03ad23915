"""Temperatures of named regions of a face: polygons of landmarks, measured to parts of a pixel."""

from tfan.rois.measuring import measure
from tfan.rois.reading import RegionReading
from tfan.rois.regions import (
    Region,
    choose_regions,
    load_regions,
    outlines,
    read_regions,
    region_names,
    regions_from_table,
)

__all__ = [
    "Region",
    "RegionReading",
    "choose_regions",
    "load_regions",
    "measure",
    "outlines",
    "read_regions",
    "region_names",
    "regions_from_table",
]
