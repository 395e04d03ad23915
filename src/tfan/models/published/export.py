"""One network after another as an ONNX file; what both kinds of published networks share."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfan._optional import require
from tfan.models.contract import Contract
from tfan.models.published_files import PUBLISHED

if TYPE_CHECKING:
    from torch import Tensor, nn

LICENCE_KEY = "tfan.licence"  # in the metadata of a converted file: the licence goes with it
PURPOSE = "Converting published weights"
_OPSET = 17
_ONE_AT_A_TIME = threading.Lock()  # torch.onnx.export keeps the graph it works on in globals


def exported(
    net: nn.Module,
    example: Tensor,
    *,
    contract: Contract,
    axes: Mapping[str, Mapping[int, str]],
    described: Mapping[str, str],
) -> bytes:
    """Return a network as ONNX; threads that ask at once are served one after the other.

    Args:
        net: for prediction.
        example: an input.
        contract: names of the input and of the outputs.
        axes: name of an input or output -> number of an axis that is free -> its name.
        described: the file's metadata, besides the licence of published weights.
    """
    torch: Any = require("torch", extra="torch", purpose=PURPOSE)
    onnx: Any = require("onnx", extra="torch", purpose=PURPOSE)
    written = io.BytesIO()
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs a package more than this one
        torch.onnx.export(
            net, (example,), written, dynamo=False, opset_version=_OPSET, dynamic_axes=dict(axes),
            input_names=[contract.input_name], output_names=list(contract.output_names),
        )  # fmt: skip
    model = onnx.load_from_string(written.getvalue())
    licence = " or ".join(sorted({row.licence for row in PUBLISHED.values()}))
    onnx.helper.set_model_props(model, {**described, LICENCE_KEY: licence})
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
