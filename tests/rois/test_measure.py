"""Regional temperatures on fields whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks import NETWORK_SCHEMES
from tfan.rois import choose_regions, load_regions, measure, outlines
from tfan.rois.margin import FACTOR, LEAST_CELSIUS

HW = (240, 320)


def by_name(readings):
    return {reading.name: reading for reading in readings}


def centroid(polygons) -> np.ndarray:
    """Of an outline less its holes."""
    moments = np.zeros(3)
    for polygon in polygons:
        (x, y), (x1, y1) = polygon.astype(float).T, np.roll(polygon, -1, 0).astype(float).T
        cross = x * y1 - x1 * y
        moments += [cross.sum() / 2, ((x + x1) * cross).sum() / 6, ((y + y1) * cross).sum() / 6]
    return moments[1:] / moments[0]


@pytest.mark.parametrize("scheme", NETWORK_SCHEMES)
def test_an_even_field_reads_the_same_everywhere(make_face, scheme):
    for reading in measure(np.full(HW, 33.25), make_face(scheme)):
        values = (
            reading.mean_celsius, reading.median_celsius, reading.p90_celsius,
            reading.max_celsius, reading.min_celsius,
        )  # fmt: skip
        np.testing.assert_allclose(values, 33.25, atol=1e-9)
        assert reading.sd_celsius == pytest.approx(0, abs=1e-9)
        assert reading.share_visible == pytest.approx(1)
        assert reading.margin_celsius == pytest.approx(FACTOR * LEAST_CELSIUS)


@pytest.mark.parametrize("scheme", NETWORK_SCHEMES)
@pytest.mark.parametrize("size_px", [20, 60, 200])
def test_on_a_slope_the_mean_is_that_at_the_centroid(make_face, slope, scheme, size_px):
    face = make_face(scheme, size_px=size_px, centre_px=(160.3, 119.6))
    drawn = outlines(face.points_px)
    for reading in measure(slope, face, min_pixels=0.5):
        x, y = centroid(drawn[reading.name])
        expected = 30 + 0.02 * (x - 160) + 0.01 * (y - 120)
        # within a pixel the field is a step, so that the centroid is off by a small part of one
        assert reading.mean_celsius == pytest.approx(expected, abs=0.005)


def test_small_faces_do_not_jump(make_face, slope):
    """A face that slides by twentieths of a pixel over a rising field reads a rising mean."""
    region = choose_regions(["nose_tip"])
    means = [
        measure(slope, make_face(size_px=24, centre_px=(150 + shift, 120)), region)[0].mean_celsius
        for shift in np.arange(0, 3, 0.05)
    ]
    steps = np.diff(means)
    assert steps.min() > 0
    assert steps.max() < 2 * 0.02 * 0.05


@pytest.mark.parametrize("scheme", ["facesynthetics70", "mediapipe478"])
def test_names_stand_for_the_regions_of_the_faces_own_convention(make_face, slope, scheme):
    face = make_face(scheme)
    named = measure(slope, face, ["nose_tip", "forehead"])
    regions = choose_regions(["nose_tip", "forehead"], load_regions(scheme))
    assert named == measure(slope, face, regions)
    assert [reading.name for reading in named] == ["nose_tip", "forehead"]
    with pytest.raises(InputError, match="expected one of forehead"):
        measure(slope, face, ["nose"])


def test_the_area_is_told_in_pixels(make_face):
    (small,), (large,) = (
        measure(np.full(HW, 30.0), make_face(size_px=size), choose_regions(["forehead"]))
        for size in (50, 100)
    )
    assert large.n_pixels == pytest.approx(4 * small.n_pixels)


def test_quantiles_and_extremes_of_a_large_region(make_face):
    field = np.random.default_rng(0).normal(34, 1, HW)
    face = make_face(size_px=200)
    (reading,) = measure(field, face, choose_regions(["whole_face"]))
    assert reading.median_celsius == pytest.approx(34, abs=0.03)
    assert reading.p90_celsius == pytest.approx(34 + 1.2816, abs=0.05)
    assert reading.sd_celsius == pytest.approx(1, abs=0.02)
    assert reading.min_celsius < 34 - 3 < 34 + 3 < reading.max_celsius
    assert reading.max_celsius <= field.max()


def test_extremes_leave_out_pixels_on_the_rim(make_face):
    face = make_face(size_px=60)
    region = choose_regions(["nose_tip"])
    inside = np.full(HW, 10.0)
    left, top = outlines(face.points_px, region)["nose_tip"][0].min(axis=0)
    right, bottom = outlines(face.points_px, region)["nose_tip"][0].max(axis=0)
    inside[int(top) + 1 : int(bottom), int(left) + 1 : int(right)] = 30.0
    (reading,) = measure(inside, face, region, max_margin_celsius=np.inf)
    assert reading.min_celsius in (10.0, 30.0)
    assert reading.max_celsius == 30.0
    assert 10 < reading.mean_celsius < 30


def test_outside_the_frame_there_is_no_number(make_face):
    away = by_name(measure(np.full(HW, 30.0), make_face(centre_px=(-400, 120))))
    assert all(np.isnan(r.mean_celsius) and r.share_visible == 0 for r in away.values())
    cut = by_name(measure(np.full(HW, 30.0), make_face(centre_px=(0.0, 120))))
    assert np.isnan(cut["right_cheek"].mean_celsius)
    assert cut["left_cheek"].mean_celsius == pytest.approx(30)
    assert cut["lips"].share_visible == pytest.approx(0.5, abs=0.02)
    assert not cut["lips"].seen
    assert np.isnan(cut["lips"].margin_celsius)


def test_what_is_hidden_does_not_count(make_face):
    face = make_face()
    drawn = outlines(face.points_px)
    (left, top), (right, bottom) = (
        bound(drawn["nose_tip"][0], axis=0).astype(int) for bound in (np.min, np.max)
    )
    field = np.full(HW, 33.0)
    field[top : bottom + 1, left : right + 1] = 60.0  # a hot cup before the nose
    x, y = face.points_px.T
    hidden = (x > left - 1) & (x < right + 2) & (y > top - 1) & (y < bottom + 2)
    face = replace(face, visibility=np.where(hidden, 0, 1).astype(np.float32))
    read = by_name(measure(field, face))
    assert np.isnan(read["nose_tip"].mean_celsius)
    assert read["forehead"].mean_celsius == pytest.approx(33)
    assert 0.8 < read["whole_face"].share_visible < 1
    assert read["whole_face"].p90_celsius == pytest.approx(33)


def test_unseen_faces_read_nothing(make_face):
    readings = measure(np.full(HW, 30.0), make_face(visibility=0.3))
    assert not any(reading.seen for reading in readings)
    assert all(reading.n_pixels == 0 for reading in readings)


def test_pixels_without_a_value_do_not_count(make_face, slope):
    face = make_face()
    holed = slope.copy()
    holed[::3] = np.nan
    for whole, part in zip(measure(slope, face), measure(holed, face), strict=True):
        assert part.mean_celsius == pytest.approx(whole.mean_celsius, abs=0.05)
        assert part.share_visible == pytest.approx(2 / 3, abs=0.12)
    assert not any(r.seen for r in measure(np.full(HW, np.nan), face))


def test_what_turns_away_is_not_read(make_face):
    field = np.full(HW, 30.0)
    turned = by_name(measure(field, make_face(pose_deg=(60, 0, 0))))  # to the subject's left
    assert np.isnan(turned["left_cheek"].mean_celsius)
    assert turned["right_cheek"].mean_celsius == pytest.approx(30)
    unknown = by_name(measure(field, make_face(pose_deg=(np.nan,) * 3)))
    assert unknown["left_cheek"].seen


def test_a_region_seen_from_behind_is_not_read(make_face):
    face = make_face()
    behind = (320 - face.points_px[:, 0], face.points_px[:, 1])
    mirrored = replace(face, points_px=np.stack(behind, axis=1).astype(np.float32))
    assert not any(reading.seen for reading in measure(np.full(HW, 30.0), mirrored))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e30])
def test_a_lost_landmark_takes_only_its_regions(make_face, wrong):
    face = make_face()
    points = face.points_px.copy()
    points[4] = wrong  # of the nose tip
    read = by_name(measure(np.full(HW, 30.0), replace(face, points_px=points)))
    assert not read["nose_tip"].seen
    assert read["forehead"].mean_celsius == pytest.approx(30)
    assert read["forehead"].margin_celsius == pytest.approx(FACTOR * LEAST_CELSIUS)


def test_tiny_faces_read_nothing(make_face):
    read = by_name(measure(np.full(HW, 30.0), make_face(size_px=12)))
    assert not read["right_inner_canthus"].seen
    assert read["whole_face"].seen


def test_a_rim_on_the_background_is_told_by_the_margin_alone(make_face):
    face = make_face(sigma_px=4.0)
    field = np.full(HW, 33.0)
    x = outlines(face.points_px)["nose_tip"][0][:, 0].mean()
    field[:, int(x) :] = 10.0
    region = choose_regions(["nose_tip"])
    (reading,) = measure(field, face, region)
    assert np.isnan(reading.mean_celsius)
    assert reading.margin_celsius > 1.5
    (asked,) = measure(field, face, region, max_margin_celsius=np.inf)
    assert 10 < asked.mean_celsius < 33


def test_the_image_is_not_changed_and_may_be_whole_numbers(make_face):
    counts = np.full(HW, 30, np.int16)
    counts.setflags(write=False)
    means = [reading.mean_celsius for reading in measure(counts, make_face())]
    np.testing.assert_allclose(means, 30, atol=1e-9)


def test_regions_can_be_chosen_and_none_gives_none(make_face, slope):
    chosen = choose_regions(["nose_tip", "forehead"])
    face = make_face()
    readings = measure(slope, face, chosen)
    assert [reading.name for reading in readings] == ["nose_tip", "forehead"]
    all_of_them = by_name(measure(slope, face))
    assert readings[0].mean_celsius == pytest.approx(all_of_them["nose_tip"].mean_celsius)
    assert measure(slope, face, []) == ()


def test_wrong_arguments_are_sentences(make_face):
    face = make_face()
    with pytest.raises(InputError, match=r"temperatures: expected \(height, width\)"):
        measure(np.zeros((4, 4, 3)), face)
    with pytest.raises(InputError, match="temperatures: expected"):
        measure("warm", face)
    with pytest.raises(InputError, match="regions: expected regions or their names, got None"):
        measure(np.zeros((4, 4)), face, [None])
    with pytest.raises(InputError, match="region 'forehead': expected one of mediapipe478"):
        measure(np.zeros(HW), face, load_regions("facesynthetics70"))


@pytest.mark.parametrize("size_px", [12, 18, 30])
def test_least_median_p90_and_largest_are_in_order_in_a_few_pixels_too(make_face, size_px):
    rng = np.random.default_rng(size_px)
    n = 0
    for _ in range(12):
        face = make_face(size_px=size_px, centre_px=rng.uniform(100, 101, 2))
        field = rng.normal(33, 1, HW)
        for one in measure(field, face, min_pixels=0.3, max_margin_celsius=np.inf):
            if one.seen:
                assert one.min_celsius <= one.median_celsius <= one.p90_celsius <= one.max_celsius
                n += 1
    assert n > 50
