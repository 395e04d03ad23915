from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfan.synth.backdrop import Backdrop
from tfan.synth.display import Display
from tfan.synth.items import Item
from tfan.synth.record import from_json, to_json
from tfan.synth.scene import FACE, IGNORE, NO_ENTRY, render_scene
from tfan.synth.scene_draw import draw_scene
from tfan.synth.scene_params import CANVAS_PX, MOST_PEOPLE, CutOut, Person, SceneParams
from tfan.synth.sensor import draw_sensor
from tfan.synth.stagings import FACELESS, STAGINGS

TENTH_OF_A_PIXEL = 0.1  # on the smallest faces the warm part is a dozen pixels
FRONT, BACK, LOST_PROFILE = 1, 6, 18  # heads of the make-believe bank


def plain_sensor():
    drawn = draw_sensor(np.random.default_rng(0), samples_px=(400, 401), graphics=0)
    linear = Display(
        kind="span", low=0, high=100, widen=(0.0, 0.0), mix=0.0, clip_limit=1.0, tiles=4,
        gamma=1.0, gain=1.0, offset=0.0, top=1.0, inverted=False, palette=None,
    )  # fmt: skip
    return replace(
        drawn, blur=0.3, defocus_px=0.0, motion=None, noise_celsius=0.01, column_celsius=0.0,
        row_celsius=0.0, vignette_celsius=0.0, sharpen=None, display=linear, jpeg=None,
    )  # fmt: skip


def person(**changes) -> Person:
    one = Person(
        head=FRONT, x_px=100.0, y_px=90.0, height_px=60.0, mirrored=False, roll_deg=0.0,
        shift_celsius=0.0, body=None,
    )  # fmt: skip
    return replace(one, **changes)


def scene(*people: Person, before: tuple[Item, ...] = (), cut_out=None) -> SceneParams:
    backdrop = Backdrop((216, CANVAS_PX), "plain", 20.0, (0.0, 0.0), (), ())
    return SceneParams(
        staging="portrait", bank_seed=5, ambient_celsius=20.0, skin_celsius=34.0,
        backdrop=backdrop, people=people, before=before, cut_out=cut_out, sensor=plain_sensor(),
    )  # fmt: skip


def test_the_face_is_where_its_label_says(bank):
    made = render_scene(bank, scene(person()))
    assert made.kind.tolist() == [FACE] + [NO_ENTRY] * (MOST_PEOPLE - 1)
    left, top, right, bottom = made.boxes_px[0]
    assert (top, bottom) == pytest.approx((60.0, 120.0))
    assert (left, right) == pytest.approx((100 - 30 * 56 / 72, 100 + 30 * 56 / 72))
    for x, y in made.five_px[0, :2]:  # the make-believe eyes are the warmest spots
        patch = made.celsius[int(y) - 4 : int(y) + 6, int(x) - 4 : int(x) + 6]
        row, column = np.unravel_index(patch.argmax(), patch.shape)
        assert abs(row - 4) <= 3
        assert abs(column - 4) <= 3
        assert patch.max() > 35
    assert made.celsius[90, 100] == pytest.approx(34.0, abs=1.0)
    assert made.celsius[20, 250] == pytest.approx(20.0)


@pytest.mark.parametrize("height", [9.0, 20.0, 47.0, 110.0, 190.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_warm_eyes_and_labels_agree_at_any_size(bank, height, mirrored):
    made = render_scene(bank, scene(person(height_px=height, mirrored=mirrored)))
    warm = np.clip(made.celsius[:118] - 20, 0, None) * (made.celsius[:118] > 29)
    x = (warm.sum(axis=0) * np.arange(warm.shape[1])).sum() / warm.sum()
    assert x == pytest.approx(100.0, abs=TENTH_OF_A_PIXEL)


def test_the_mirror_swaps_left_and_right(bank):
    one = render_scene(bank, scene(person()))
    other = render_scene(bank, scene(person(mirrored=True)))
    swapped = other.five_px[0][[1, 0, 2, 4, 3]]
    np.testing.assert_allclose(200.0 - swapped[:, 0], one.five_px[0, :, 0], atol=1e-3)
    assert other.five_px[0, 0, 0] < other.five_px[0, 1, 0]  # the right eye is left in the image


def test_a_turn_of_ninety_degrees_swaps_the_sides_of_the_box(bank):
    turned = render_scene(bank, scene(person(roll_deg=90.0))).boxes_px[0]
    assert turned[2] - turned[0] == pytest.approx(60.0, abs=1e-3)
    assert turned[3] - turned[1] == pytest.approx(60.0 * 56 / 72, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"height_px": 8.5}, IGNORE),  # 7.5 px across
        ({"x_px": -6.0}, IGNORE),  # most of it cut off
        ({"x_px": -60.0}, NO_ENTRY),
        ({"head": BACK}, NO_ENTRY),
        ({"head": LOST_PROFILE}, IGNORE),
    ],
)
def test_what_is_hardly_a_face_is_not_counted(bank, changes, kind):
    assert render_scene(bank, scene(person(**changes))).kind[0] == kind


def test_a_face_behind_another_person_or_a_thing_is_ignored(bank):
    behind, front = person(height_px=40.0), person(height_px=60.0)
    assert render_scene(bank, scene(behind, front)).kind.tolist()[:2] in (
        [IGNORE, FACE],
        [FACE, NO_ENTRY],  # too little left of it for an entry
    )
    cover = Item("ball", 100.0, 90.0, 60.0, 15.0, dice=(1.0,) * 12)
    covered = render_scene(bank, scene(person(), before=(cover,)))
    assert covered.kind[0] in (IGNORE, NO_ENTRY)


def test_boxes_end_at_the_picture(bank):
    box = render_scene(bank, scene(person(x_px=10.0, y_px=200.0))).boxes_px[0]
    assert box[0] == 0
    assert box[3] == 215


def test_a_cut_out_keeps_the_person_only(bank):
    made = render_scene(bank, scene(person(), cut_out=CutOut(0.1, 7)))
    assert (made.image[:216][made.celsius == 20] == 7).all()
    assert made.image[90, 100] > 100


@pytest.mark.parametrize("staging", STAGINGS)
def test_the_same_record_gives_the_same_picture(bank, staging):
    for seed in range(4):
        params = draw_scene(np.random.default_rng(seed), bank, staging=staging)
        again = from_json(SceneParams, to_json(params))
        assert again == params
        one, other = render_scene(bank, params), render_scene(bank, again)
        np.testing.assert_array_equal(one.image, other.image)
        np.testing.assert_array_equal(one.boxes_px, other.boxes_px)
        height, width = one.size_hw
        assert max(height, width) == CANVAS_PX
        assert not one.image[height:].any()
        assert not one.image[:, width:].any()
        entries = one.boxes_px[one.kind >= 0]
        assert (entries[:, :2] >= 0).all()
        assert (entries[:, 2] <= width - 1).all()
        assert (entries[:, 3] <= height - 1).all()
        if staging in FACELESS:
            assert FACE not in one.kind


def test_shares_of_stagings(bank):
    assert sum(row.share for row in STAGINGS.values()) == pytest.approx(1.0)
    assert 0.14 <= sum(STAGINGS[name].share for name in FACELESS) <= 0.19
    number = [len(draw_scene(np.random.default_rng([1, k]), bank).people) for k in range(300)]
    assert max(number) <= MOST_PEOPLE
    assert 0.4 < np.mean([n == 1 for n in number]) < 0.65
