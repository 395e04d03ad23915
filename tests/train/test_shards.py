from __future__ import annotations

import pytest
import torch

from tfan.errors import InputError
from tfan.train.deck import Deck
from tfan.train.shards import grow, load_shards, no_shards

from .conftest import write_faces

NAMES = ("images", "points_px")


def test_new_shards_join_and_unfinished_ones_do_not(tmp_path):
    write_faces(tmp_path / "faces-00000.npz", 3)
    shards = load_shards(tmp_path, "faces", names=NAMES)
    write_faces(tmp_path / "faces-00001.npz", 2, seed=1)
    write_faces(tmp_path / "faces-00002.part.npz", 4)
    grown = grow(shards)
    assert (len(shards), len(grown)) == (3, 5)
    assert grown.files == ("faces-00000.npz", "faces-00001.npz")
    assert torch.equal(grown.columns["images"][:3], shards.columns["images"])
    assert grow(grown) is grown


def test_a_limit_cuts_the_last_shard(tmp_path):
    write_faces(tmp_path / "faces-00000.npz", 5)
    assert len(load_shards(tmp_path, "faces", names=NAMES, limit=2)) == 2


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"no shard of faces\. Make some with tfan synth generate"):
        load_shards(tmp_path, "faces", names=NAMES)


def test_a_broken_shard_is_named(tmp_path):
    (tmp_path / "faces-00000.npz").write_bytes(b"PK half a file")
    with pytest.raises(InputError, match=r"shard faces-00000.npz.*generate it again"):
        load_shards(tmp_path, "faces", names=NAMES)


def test_a_pass_deals_every_row_once_and_then_looks_for_new_shards(tmp_path):
    write_faces(tmp_path / "faces-00000.npz", 6)
    deck = Deck(load_shards(tmp_path, "faces", names=NAMES), batch=3, seed=0)
    first = torch.cat([deck.deal(), deck.deal()])
    assert sorted(first.tolist()) == list(range(6))
    write_faces(tmp_path / "faces-00001.npz", 3)
    second = torch.cat([deck.deal() for _ in range(3)])
    assert sorted(second.tolist()) == list(range(9))


def test_an_empty_deck_deals_nothing_until_a_shard_appears(tmp_path):
    deck = Deck(no_shards(tmp_path, "faces", names=NAMES), batch=4, seed=0)
    assert len(deck.deal()) == 0
    write_faces(tmp_path / "faces-00000.npz", 4)
    assert len(deck.deal()) == 4
