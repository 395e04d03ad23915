"""A pin is written once, and says what was seen first."""

from __future__ import annotations

import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tfan.errors import WeightsError
from tfan.models.pins import claim_pin, new_pin, pin_path, read_pin, sha256_of


def test_pin_tells_of_the_file(tmp_path):
    path = tmp_path / "478.pt"
    path.write_bytes(b"weights")
    pin = claim_pin(path, new_pin(path, source="https://x", checked="all"))
    assert pin == read_pin(path)
    assert pin.sha256 == hashlib.sha256(b"weights").hexdigest() == sha256_of(path)
    assert (pin.size_bytes, pin.source, pin.checked) == (7, "https://x", "all")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["478.pt", "478.pt.pin.json"]


def test_first_pin_stays(tmp_path):
    path = tmp_path / "478.pt"
    path.write_bytes(b"first")
    first = claim_pin(path, new_pin(path, source="", checked=""))
    path.write_bytes(b"second")
    assert claim_pin(path, new_pin(path, source="", checked="")) == first


@pytest.mark.parametrize("links", [True, False])
def test_many_claims_at_once_leave_one_whole_pin(tmp_path, monkeypatch, links):
    def no_link(*_):
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(os, "link", no_link)
    path = tmp_path / "70.pt"
    pins = []
    for number in range(16):
        path.write_bytes(bytes([number]))
        pins.append(new_pin(path, source=str(number), checked=""))
    with ThreadPoolExecutor(8) as pool:
        held = set(pool.map(lambda pin: claim_pin(path, pin), pins))
    assert read_pin(path) in pins
    assert held <= set(pins)
    if links:
        assert len(held) == 1
    assert not list(tmp_path.glob(".pin.*"))


def test_no_pin_is_none(tmp_path):
    assert read_pin(tmp_path / "478.pt") is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", "no json", '{"sha256": 1, "other": 2}'])
def test_broken_pin_is_refused_by_its_place(tmp_path, text):
    path = tmp_path / "478.pt"
    pin_path(path).write_text(text)
    with pytest.raises(WeightsError, match=r"478\.pt\.pin\.json cannot be read; delete it"):
        read_pin(path)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_others_who_share_the_cache_can_read_pins(tmp_path):
    path = tmp_path / "70.pt"
    path.write_bytes(b"weights")
    claim_pin(path, new_pin(path, source="", checked=""))
    assert pin_path(path).stat().st_mode == path.stat().st_mode
