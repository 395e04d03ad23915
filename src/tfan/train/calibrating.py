"""Which calibration an exported landmark network takes over."""

from __future__ import annotations

from tfan.errors import InputError
from tfan.models.calibration import Calibration
from tfan.models.file_calibration import calibration_of
from tfan.models.registry import WEIGHTS, read_own
from tfan.train.starting import BUNDLED


def calibration_named(given: str, task: str) -> Calibration:
    """Return the calibration of "bundled" or of an ONNX file, for a network of a task.

    Raises:
        InputError: the task has none, or the file brings none.
        WeightsError: the file cannot be read.
    """
    if task != "landmarks":
        raise InputError("calibration", expected="a landmark network", got=f"the task {task}")
    if given == BUNDLED:
        return WEIGHTS[task].calibration
    known = calibration_of(read_own(given), source=given)
    if known is None:
        expected = f"'{BUNDLED}' or a calibrated ONNX file"
        fix = "Fit it first: tfan calibration --fit --write."
        raise InputError("calibration", expected=expected, got=given, fix=fix)
    return known
