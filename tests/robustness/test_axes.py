from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.robustness.axes import AXES, find_axes
from tfan.robustness.shots import Shot
from tfan.viz.palettes import palette_names

ASKED = {
    "size": (16, 256), "far": (16, 256), "contrast": (1, None), "rotation": (-60, 60),
    "yaw": (0, 90), "pitch": (-45, 45), "occlusion": (0, 60),
}  # fmt: skip
NAMED = {"blur", "noise", "display", "palette", "glasses", "mask", "hat", "ambient", *ASKED}
SENSOR_ONLY = {
    "resolution": {"samples_px"}, "blur": {"defocus_px"}, "noise": {"noise_celsius"},
    "display": {"display"}, "palette": {"jpeg"}, "size": {"samples_px"}, "far": {"samples_px"},
}  # fmt: skip


def test_the_table_holds_what_was_asked_for():
    assert set(AXES) >= NAMED
    for name, (low, high) in ASKED.items():
        assert low in AXES[name].values
        assert high is None or high in AXES[name].values
    assert AXES["palette"].values == palette_names()


@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
def test_steps_are_in_order_and_can_be_told_apart(axis):
    labels = axis.labels()
    assert len(set(labels)) == len(labels) >= 5
    assert axis.title
    numbers = [value for value in axis.values if not isinstance(value, str)]
    assert numbers == sorted(numbers)
    assert len(numbers) in (0, len(labels))


@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
def test_a_step_changes_what_its_axis_names_and_nothing_else(axis, subject):
    shots = axis.shots(subject)
    assert len(set(shots)) == len(shots)
    touched = {
        field.name
        for field in fields(Shot)
        for shot in shots
        if getattr(shot, field.name) != getattr(subject.shot, field.name)
    }
    assert touched == axis.touches
    allowed = SENSOR_ONLY.get(axis.name, set())
    for shot in shots:
        put_back = {name: getattr(subject.shot.sensor, name) for name in allowed}
        assert replace(shot.sensor, **put_back) == subject.shot.sensor


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("yaw", {"pose"}), ("pitch", {"pose"}), ("rotation", {"pose"}), ("glasses", {"glasses"}),
        ("mask", {"mask"}), ("hat", {"hair", "brim", "curtain"}),
        ("ambient", {"heat", "hair", "curtain", "clothes"}),
    ],
)  # fmt: skip
def test_a_person_changes_in_what_the_axis_names_and_nothing_else(name, allowed, subject):
    person = subject.shot.person
    for shot in AXES[name].shots(subject):
        put_back = {field: getattr(person, field) for field in allowed}
        assert replace(shot.person, **put_back) == person


def test_the_head_turns_by_what_the_step_says(subject):
    poses = {
        name: [shot.person.pose.head_deg for shot in AXES[name].shots(subject)]
        for name in ("yaw", "pitch", "rotation")
    }
    assert [abs(yaw) for yaw, _, _ in poses["yaw"]] == list(AXES["yaw"].values)
    assert [pitch for _, pitch, _ in poses["pitch"]] == list(AXES["pitch"].values)
    assert [roll for _, _, roll in poses["rotation"]] == list(AXES["rotation"].values)
    assert np.sign(poses["yaw"][-1][0]) == subject.side


def test_air_and_what_hangs_in_it_change_together(subject):
    cold, *_, hot = AXES["ambient"].shots(subject)
    assert cold.person.heat.ambient_celsius == -10
    assert cold.backdrop.celsius < subject.shot.backdrop.celsius < hot.backdrop.celsius
    assert cold.person.heat.skin_celsius < subject.shot.person.heat.skin_celsius
    clothes, skin = cold.person.clothes.celsius, cold.person.heat.skin_celsius
    assert -11 < clothes < skin


def test_an_unknown_axis_is_one_sentence():
    assert [axis.name for axis in find_axes(["hat", "size"])] == ["size", "hat"]
    assert len(find_axes(None)) == len(AXES)
    with pytest.raises(InputError, match=r"axis: expected one of size, .*, got width"):
        find_axes(["size", "width"])
