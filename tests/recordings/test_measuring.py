"""What is measured of a frame stands in the rows in degrees, whatever the file counts in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.io import Frame
from tfan.recordings.measuring import row_of
from tfan.thermal.interpret import Reading
from tfan.tracking import Followed
from tfan.tracking.types import FrameNote

CENTIKELVIN = Reading("temperature", "centikelvin", "said so", scale=0.01, offset=-273.15)


@pytest.mark.parametrize(
    ("reading", "step"),
    [(CENTIKELVIN, 1.5), (Reading("pixel", "counts", "said so"), 150.0)],
)
def test_steps_are_in_degrees_where_the_frame_has_temperatures(reading, step):
    frame = Frame(np.full((20, 24), 30_000, np.uint16), reading, index=4, time_s=0.4)
    note = FrameNote(4, 0.4, "step", 150.0, detected=False)
    row = row_of(Followed(frame, [], note), regions=())
    assert (row.event, row.step) == ("step", pytest.approx(step))
    colours = replace(frame, values=np.zeros((20, 24, 3), np.uint8))
    assert row_of(Followed(colours, [], note), regions=()).step == 150.0
