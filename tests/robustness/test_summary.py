from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.robustness.measures import MEASURES
from tfan.robustness.summary import WORSE_FROM, compare, stat, step_stats

ROUNDING = 1e-6


def only(differences, measure):
    return [one for one in differences if one.measure == measure]


def test_a_mean_has_the_standard_error_of_its_faces():
    one = stat(np.array([1.0, 2.0, np.nan, 3.0]))
    assert (one.mean, one.count) == (2.0, 3)
    assert one.error == pytest.approx(1 / np.sqrt(3))


def test_nothing_measured_is_no_number():
    one = stat(np.array([np.nan, np.nan]))
    assert np.isnan([one.mean, one.error]).all()
    assert one.count == 0
    assert np.isnan(stat(np.array([1.0])).error)


def test_steps_are_summed_up_one_by_one(made_up):
    run = made_up("yaw")
    stats = step_stats(run)
    assert len(stats) == len(run.labels)
    assert stats[2]["nme_70"].mean == pytest.approx(run.values["nme_70"][2].mean(), rel=1e-5)


def test_a_run_equals_itself(made_up):
    run = made_up("yaw")
    differences = compare([run], [run])
    judged = sum(measure.better != 0 for measure in MEASURES.values())
    assert len(differences) == judged * len(run.labels)
    assert not any(one.worse or one.better for one in differences)
    assert all(one.paired and one.change == 0 for one in differences)


@pytest.mark.parametrize(("measure", "by", "worse"), [
    ("nme_478", 0.004, True), ("nme_478", -0.004, False),
    ("recall", -0.3, True), ("recall", 0.3, False),
])  # fmt: skip
def test_worse_and_better_know_their_direction(made_up, measure, by, worse):
    old, new = made_up("yaw"), made_up("yaw", **{measure: by})
    changed = only(compare([new], [old]), measure)
    assert all(one.worse is worse and one.better is not worse for one in changed)
    assert changed[0].change == pytest.approx(by, abs=ROUNDING)
    assert not any(one.worse for one in compare([new], [old]) if one.measure != measure)


def test_one_face_lost_is_no_proof(made_up):
    old, new = made_up("yaw"), made_up("yaw")
    found = int(np.flatnonzero(new.values["recall"][0])[0])
    new.values["recall"][0, found] = 0
    first = only(compare([new], [old]), "recall")[0]
    assert first.change == pytest.approx(-1 / 40)
    assert not first.worse


def test_pairing_sees_what_single_means_do_not(made_up):
    old, new = made_up("yaw"), made_up("yaw", nme_70=0.001)
    strangers = replace(new, pictures=new.pictures + np.uint32(10_000))
    paired = only(compare([new], [old]), "nme_70")[0]
    unpaired = only(compare([strangers], [old]), "nme_70")[0]
    assert paired.paired
    assert not unpaired.paired
    assert paired.worse
    assert not unpaired.worse
    assert unpaired.change == pytest.approx(paired.change, abs=ROUNDING)
    assert unpaired.error > 0.001 / WORSE_FROM


def test_fewer_faces_are_a_prefix(made_up):
    many = made_up("yaw")
    few = replace(
        many,
        values={name: values[:, :10] for name, values in many.values.items()},
        pictures=many.pictures[:, :10],
    )
    for one in compare([many], [few]) + compare([few], [many]):
        assert one.paired
        assert one.count == 10
        assert one.change == 0


def test_only_what_both_have_is_compared(made_up):
    yaw, blur = made_up("yaw"), made_up("blur")
    assert compare([yaw], [blur]) == []
    other = replace(yaw, labels=("0", *(f"x{label}" for label in yaw.labels[1:])))
    assert {one.step for one in compare([yaw], [other])} == {"0"}
