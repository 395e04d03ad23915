"""Every operator that torch runs here."""

from __future__ import annotations

from tfan.models.operators.elementwise import ELEMENTWISE
from tfan.models.operators.layers import LAYERS
from tfan.models.operators.operator import Operator
from tfan.models.operators.resize import RESIZE
from tfan.models.operators.shapes import SHAPES

OPERATORS: dict[str, Operator] = ELEMENTWISE | SHAPES | LAYERS | RESIZE
