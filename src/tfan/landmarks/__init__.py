"""Landmark conventions: names, parts, mirror order, conversions, places on the head model."""

from __future__ import annotations

from tfan.landmarks.convert import Correspondence, can_convert, convert, correspondence
from tfan.landmarks.schemes import (
    N_NETWORK,
    NETWORK_SCHEMES,
    SCHEMES,
    Scheme,
    load_scheme,
    mirror_548,
    scheme_for,
    table_path,
)

__all__ = [
    "NETWORK_SCHEMES",
    "N_NETWORK",
    "SCHEMES",
    "Correspondence",
    "Scheme",
    "can_convert",
    "convert",
    "correspondence",
    "load_scheme",
    "mirror_548",
    "scheme_for",
    "table_path",
]
