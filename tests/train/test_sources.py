from __future__ import annotations

from pathlib import Path

import pytest

from tfan.errors import InputError
from tfan.train.sources import Source, dealer_for, held_out, parse_source


def test_a_folder_alone_holds_shards_of_the_generator():
    assert parse_source("data/faces") == Source("synth", Path("data/faces"))
    assert parse_source("synth:data/faces,weight=2") == Source("synth", Path("data/faces"), 2.0)


def test_a_data_set_is_named_with_its_options():
    source = parse_source("tfw:d/TFW,weight=.5,val=0.2,split=train,limit=10,palette=gray")
    assert source == Source(
        "tfw", Path("d/TFW"), 0.5, "train", val=0.2, limit=10, options=(("palette", "gray"),)
    )


def test_drives_and_commas_belong_to_folders():
    assert parse_source(r"C:\faces").folder == Path(r"C:\faces")
    assert parse_source("tfw:a,b,weight=3").folder == Path("a,b")


def test_pictures_of_colour_cameras_are_shown_as_they_are_and_as_negatives():
    assert parse_source("facesynthetics:x").tone == "mixed"
    assert parse_source("facesynthetics:x,tone=luminance").tone == "luminance"
    assert parse_source("tfake:x,image=rgb").tone == "mixed"
    assert parse_source("tfake:x").tone == "thermal"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nope:x", "expected FOLDER or one of synth, .*tfw.* got nope:x"),
        ("tfw:", "expected KIND:FOLDER, got tfw:"),
        ("tfw:x,colour=iron", "expected options weight=, .*palette=, got colour=iron"),
        ("tfw:x,weight=two", "expected a number after weight=, got two"),
        ("tfw:x,weight=0", "weight of tfw:x: expected a positive number, got 0.0"),
        ("tfw:x,val=1", "expected a share of 0 or more, below 1, got 1.0"),
        ("tfw:x,tone=red", "expected thermal or luminance or inverted or mixed, got 'red'"),
    ],
)
def test_a_wrong_source_is_one_sentence(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_source(text)


def test_who_is_held_out_depends_on_the_name_alone():
    people = [f"person {number}" for number in range(2000)]
    out = {who for who in people if held_out(who, 0.2)}
    assert 350 < len(out) < 450  # 400 expected, 18 is the standard deviation
    assert {who for who in reversed(people[:50]) if held_out(who, 0.2)} == out & set(people[:50])
    assert out <= {who for who in people if held_out(who, 0.3)}  # more never brings one back
    assert not any(held_out(who, 0.0) for who in people)


def test_batches_follow_the_weights_in_the_long_run():
    dealer = dealer_for([Source("synth", Path("a"), 1), Source("synth", Path("b"), 0.01)])
    dealt = [dealer.deal(16) for _ in range(101)]
    assert {sum(counts) for counts in dealt} == {16}
    assert sum(counts[1] for counts in dealt) == 16  # a hundredth of a batch is not rounded away


def test_equal_weights_share_a_batch_equally():
    assert dealer_for([Source("synth", Path(name)) for name in "ab"]).deal(8) == [4, 4]
