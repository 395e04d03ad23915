"""The published face detector as an ONNX file, for images of any size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfan._optional import require
from tfan.models.published.export import PURPOSE, exported
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT

if TYPE_CHECKING:
    from torch import nn

_EXAMPLE_HW = (64, 96)
METADATA = {"tfan.detector": "published"}


def detector_onnx(net: nn.Module) -> bytes:
    """Return a network of `yolo5face.build_detector` as ONNX.

    Args:
        net: (B, 3, H, W) colours -> (B, R, 16) rows.

    Returns:
        A file of the contract `PUBLISHED_DETECTOR_CONTRACT`; batch, height and width are free,
        the two sides multiples of 32. Its metadata say that it is the published detector.
    """
    torch: Any = require("torch", extra="torch", purpose=PURPOSE)
    from tfan.models.published.yolo5face_lean import lean

    image, rows = PUBLISHED_DETECTOR_CONTRACT.input_name, *PUBLISHED_DETECTOR_CONTRACT.output_names
    return exported(
        lean(net),
        torch.zeros(1, 3, *_EXAMPLE_HW),
        contract=PUBLISHED_DETECTOR_CONTRACT,
        axes={image: {0: "batch", 2: "height", 3: "width"}, rows: {0: "batch", 1: "R"}},
        described=METADATA,
    )
