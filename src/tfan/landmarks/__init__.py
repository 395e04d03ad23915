"""Landmark conventions: names, parts, mirror order, and where they sit on the head model."""

from __future__ import annotations

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
    "Scheme",
    "load_scheme",
    "mirror_548",
    "scheme_for",
    "table_path",
]
