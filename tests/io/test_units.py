"""Every unit by its name: what stored numbers a skin of 30 degC has."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source
from tfan.io.units import NAMED, UNIT_NAMES

OF_30_CELSIUS = {
    "celsius": 30, "kelvin": 303.15, "fahrenheit": 86, "decikelvin": 3031.5, "centikelvin": 30_315,
    "millikelvin": 303_150, "decicelsius": 300, "centicelsius": 3000, "optris": 1300,
    "kelvin16": 4850.4, "kelvin25": 7578.75, "kelvin2.5": 757.875, "kelvin64": 19_401.6,
    "flir-10mk": 30_315, "flir-100mk": 3031.5, "flir-40mk": 7578.75, "flir-400mk": 757.875,
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in UNIT_NAMES if name not in {"auto", "counts"}])
def test_a_named_unit_says_what_the_numbers_mean(tmp_path, name):
    np.save(tmp_path / "a.npy", np.full((20, 24), OF_30_CELSIUS[name], np.float32))
    with open_source(tmp_path / "a.npy", unit=name) as source:
        (frame,) = source
    np.testing.assert_allclose(frame.celsius(), 30, atol=0.02)
    assert frame.reading.reason.startswith("unit=")


def test_every_name_is_tried_here_and_others_are_refused(tmp_path):
    assert set(OF_30_CELSIUS) >= set(NAMED)
    np.save(tmp_path / "a.npy", np.zeros((20, 24), np.uint16))
    with pytest.raises(InputError, match="'optris'"):
        open_source(tmp_path / "a.npy", unit="rankine")
