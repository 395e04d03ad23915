"""The pickle of dense points, read without running it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets.dense_pickle import DensePickle


def points(seed: int, dtype="<f4") -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (478, 3)).astype(dtype)


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize("dtype", ["<f4", "<f8", ">f4", "<f2"])
def test_arrays_are_those_that_pickle_gives(tmp_path, protocol, dtype):
    stored = {f"{i:06d}.png": points(i, dtype) for i in range(3)} | {"000007.png": None}
    path = tmp_path / "annotations.pkl"
    path.write_bytes(pickle.dumps(stored, protocol=protocol))
    found = DensePickle(path)
    assert list(found) == list(stored)
    assert len(found) == 4
    assert found.read("000007.png") is None
    assert found.read("000008.png") is None
    assert "000008.png" not in found
    for name, values in stored.items():
        if values is not None:
            np.testing.assert_array_equal(found.read(name), values.astype(np.float64))


def test_more_than_one_batch_of_items(tmp_path):
    """pickle writes a dictionary in batches of 1,000 items, and names for values in between."""
    stored = {f"{i:06d}.png": np.full((50, 2), i, np.float64) for i in range(2300)}
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(stored, protocol=4))
    found = DensePickle(path)
    assert len(found) == 2300
    for i in (0, 999, 1000, 2299):
        assert (found.read(f"{i:06d}.png") == i).all()


def test_a_later_batch_may_name_what_an_earlier_one_brought(tmp_path):
    """Type and byte order are said once in a pickle and then only named."""
    stored = {
        f"{i:06d}.png": np.full((50, 2), i, "<f4" if i < 1500 else "<f8") for i in range(1501)
    }
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(stored, protocol=4))
    found = DensePickle(path)
    assert (found.read("001499.png") == 1499).all()
    assert (found.read("001500.png") == 1500).all()


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harm",)


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_in_it_is_ever_run(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"000000.png": Harmful()}, protocol=protocol))
    with pytest.raises(InputError, match="expected a pickled dictionary of arrays, got "):
        DensePickle(path)
    assert not (tmp_path / "harm").exists()
    pickle.loads(path.read_bytes())  # a plain load would have made the folder
    assert (tmp_path / "harm").exists()


@pytest.mark.parametrize("protocol", [2, 4])
def test_an_import_alone_is_refused(tmp_path, protocol):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"a": os.mkdir}, protocol=protocol))
    with pytest.raises(InputError, match=r"got an order to import \w+\.mkdir"):
        DensePickle(path)


REFUSED = {
    "a list": ([points(0)], "EMPTY_LIST"),
    "words": ({"a": "b"}, "a: str instead of an array"),
    "objects": ({"a": np.array([None] * 100)}, "EMPTY_LIST"),
    "texts": ({"a": np.array(["words"] * 100)}, "not of numbers row by row"),
    "columns": ({"a": np.asfortranarray(points(0))}, "not of numbers row by row"),
    "a number as key": ({1: points(0)}, "a key that is no text: 1"),
    "dictionaries": ({"a": {"b": points(0)}}, "a dictionary inside another value"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_content_is_refused(tmp_path, case):
    content, says = REFUSED[case]
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(content, protocol=4))
    with pytest.raises(InputError, match=says):
        DensePickle(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_told(tmp_path, share):
    whole = pickle.dumps({f"{i:06d}.png": points(i) for i in range(3)}, protocol=4)
    path = tmp_path / "a.pkl"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match="expected a pickled dictionary of arrays"):
        DensePickle(path)


def crafted(*, shape=(478, 3), name=b"\x8c\x0a000000.png") -> bytes:
    """A pickle of one array, written by hand: what pickle itself never writes."""
    whole = pickle.dumps({"000000.png": np.zeros((478, 3), np.float32)}, protocol=4)
    sides = b"".join(b"J" + int(side).to_bytes(4, "little", signed=True) for side in shape)
    return whole.replace(b"M\xde\x01K\x03", sides).replace(b"\x8c\n000000.png", name)


def test_sizes_that_lie_are_refused(tmp_path):
    path = tmp_path / "a.pkl"
    path.write_bytes(crafted())
    assert DensePickle(path).read("000000.png").shape == (478, 3)
    for content, says in (
        (crafted(shape=(-478, -3)), "an array of a negative size"),
        (crafted(shape=(478, 4)), "5736 bytes for an array of \\(478, 4\\)"),
        (crafted(name=b"X\xff\xff\xff\x7f" + b"a" * 20), "a name of 2147483647 bytes"),
        (crafted(name=b"\x8d" + b"\xff" * 8), "the instruction BINUNICODE8"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match=says):
            DensePickle(path)


def test_other_files_are_told(tmp_path):
    path = tmp_path / "a.pkl"
    with pytest.raises(InputError, match="got nothing there"):
        DensePickle(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="got an empty file"):
        DensePickle(path)
    path.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    with pytest.raises(InputError, match="which is no pickle"):
        DensePickle(path)


def test_the_values_stay_in_the_file(tmp_path):
    stored = {f"{i:06d}.png": np.zeros((478, 3)) for i in range(700)}  # 8 MB
    path = tmp_path / "a.pkl"
    with path.open("wb") as file:
        pickle.dump(stored, file, protocol=4)
    del stored
    tracemalloc.start()
    found = DensePickle(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 700
    assert peak < 1e6


def long1(value: int) -> bytes:
    """An instruction that brings a whole number of any length."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little")
    return b"\x8a" + bytes([len(data)]) + data


WHOLE = pickle.dumps({"000000.png": np.zeros((478, 3), np.float32)}, protocol=4)
SHAPE = b"M\xde\x01K\x03"
NESTED = b"\x80\x04})" + b"\x85" * 2_000_000
OTHER_SIDE = 1434 * pow(5, -1, 2**64) % 2**64  # 5 times that is 478 x 3 in 64 bits, and far more
HOSTILE = {
    "tuples that would exhaust the stack when hashed": NESTED + b"\x94.",
    "tuples that would exhaust it when called": NESTED + b")R.",
    "a dictionary as arguments": b"\x80\x04cnumpy\ndtype\n}R.",
    "a size beyond any file": b"\x80\x04}(\x8c\x01a\x8e" + b"\xff" * 8,
    "sides that wrap around": WHOLE.replace(SHAPE, long1(5) + long1(OTHER_SIDE)),
    "more sides than NumPy has": WHOLE.replace(
        SHAPE + b"\x86", b"(" + SHAPE + b"K\x01" * 70 + b"t"
    ),
    "two numbers in one": WHOLE.replace(b"\x8c\x02f4", b"\x8c\x05f4,f4").replace(
        SHAPE, b"M\xef\x00K\x03"
    ),
}
OPEN = """
import pathlib, sys
from tfan.errors import InputError
from tfan.evaluate.datasets.dense_pickle import DensePickle
try:
    DensePickle(pathlib.Path(sys.argv[1]))
except InputError:
    print("refused")
"""


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_a_sentence(tmp_path, case):
    """In a process of its own: the first two ended Python."""
    path = tmp_path / "a.pkl"
    path.write_bytes(HOSTILE[case])
    assert HOSTILE[case] != WHOLE
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr[-300:]
