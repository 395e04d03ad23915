"""One landmark file: observe, fit, judge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tfan.calibration.fit import fit
from tfan.calibration.measures import Record, measured, measured_nothing
from tfan.calibration.observe import Advance, observe, observe_nothing
from tfan.calibration.result import result
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration
from tfan.models.landmarker import Landmarker, calibrated

SEED, FIT_SEED = 1, 2


@dataclass(frozen=True, slots=True)
class Proof:
    """What was measured under each calibration, by name; the last one is to be used."""

    records: dict[str, Record]
    calibrations: dict[str, Calibration]


def prove(
    landmarker: Landmarker,
    data: Path,
    *,
    fit_on: Path | None = None,
    negatives: Path | None = None,
    about: dict[str, str] | None = None,
    limit: int | None = None,
    advance: Advance = lambda _: None,
) -> Proof:
    """Return how true a network's certainties are before and after calibration.

    Args:
        landmarker: the network; its calibration is judged where none is fitted.
        data: faces to judge with.
        fit_on: other faces to fit a calibration to.
        negatives: crops without a face.
        about: what was judged, for the report.
        limit: number of faces at most of each folder.
        advance: called with the number of crops done since its last call.
    """
    calibrations = {"before": PLAIN_CALIBRATION}
    if fit_on is not None:
        before = observe(landmarker, fit_on, seed=FIT_SEED, limit=limit, advance=advance)
        calibrations["after"] = fit(before)
    elif landmarker.calibration != PLAIN_CALIBRATION:
        calibrations["after"] = landmarker.calibration
    seen = observe(landmarker, data, seed=SEED, limit=limit, advance=advance)
    records = {
        name: measured(seen, result(seen, each)) | {"about": about or {}}
        for name, each in calibrations.items()
    }
    if negatives is not None:
        said, hw = observe_nothing(landmarker, negatives, limit=limit)
        for name, each in calibrations.items():
            records[name]["nothing"] = measured_nothing(calibrated(said, each, hw=hw))
    return Proof(records, calibrations)
