from __future__ import annotations

import json

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.robustness.store import read_run, sha256_of, write_run


def test_a_run_comes_back_as_it_was_written(tmp_path, made_up, provenance):
    runs = [made_up("yaw"), made_up("palette", seed=1)]
    runs[0].values["found_nme_478"][0] = np.nan
    write_run(tmp_path / "run", provenance, runs)
    told, read = read_run(tmp_path / "run")
    assert told == provenance
    for before, after in zip(runs, read, strict=True):
        assert (after.name, after.labels) == (before.name, before.labels)
        assert (after.pictures == before.pictures).all()
        assert set(after.values) == set(before.values)
        for name, values in before.values.items():
            assert np.array_equal(after.values[name], values, equal_nan=True)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "faces.npz", "results.json",
    ]  # fmt: skip


def test_the_json_is_json_without_nan(tmp_path, made_up, provenance):
    run = made_up("yaw")
    run.values["found_nme_478"][0] = np.nan
    write_run(tmp_path, provenance, [run])
    text = (tmp_path / "results.json").read_text()
    first = json.loads(text, parse_constant=pytest.fail)["axes"]["yaw"]["steps"][0]
    assert first["step"] == "0"
    assert first["found_nme_478"] == {"mean": None, "error": None, "count": 0}
    assert first["nme_70"]["count"] == 40
    assert first["nme_70"]["mean"] == pytest.approx(run.values["nme_70"][0].mean(), rel=1e-4)


@pytest.mark.parametrize("damage", ["nothing", "results.json", "faces.npz"])
def test_a_folder_without_a_run_is_one_sentence(tmp_path, made_up, provenance, damage):
    if damage != "nothing":
        write_run(tmp_path, provenance, [made_up("yaw")])
        (tmp_path / damage).write_text("{}")
    with pytest.raises(InputError, match=r"earlier run: expected a folder with results\.json"):
        read_run(tmp_path)


def test_a_run_that_cannot_be_written_is_one_sentence(tmp_path, made_up, provenance):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"expected a place to write a file"):
        write_run(tmp_path / "file" / "run", provenance, [made_up("yaw")])


def test_the_hash_is_the_published_one():
    """RFC 6234's test case 1, abc."""
    assert sha256_of(b"abc").startswith("ba7816bf8f01cfea414140de5dae2223")
