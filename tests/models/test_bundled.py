"""The bundled files: known, small, and answering as on the day they were made."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from tfan.models.registry import WEIGHTS, bundled_path, find, read_bundled

ATOL = 2e-3  # float32 sums in another order on another processor; outputs are of order 1 to 10
MAX_TOGETHER_MB = 12


def _writer():
    path = Path(__file__).parent / "write_frozen.py"
    spec = importlib.util.spec_from_file_location("write_frozen", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


frozen = _writer()


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_the_file_is_the_one_that_the_registry_names(name):
    row = find(name)
    assert len(read_bundled(row)) > 100_000
    assert row.licence == "Apache-2.0"
    assert row.trained
    assert row.scores


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_it_answers_as_it_did(name):
    with np.load(frozen.FROZEN / f"{name}.npz") as stored:
        assert str(stored["sha256"]) == find(name).sha256
        for output, values in frozen.answers(name, frozen.CONTRACTS[name]).items():
            np.testing.assert_allclose(values, stored[output], atol=ATOL, err_msg=output)


def test_both_files_together_are_small():
    total = sum(bundled_path(row).stat().st_size for row in WEIGHTS.values())
    assert total <= MAX_TOGETHER_MB * 1e6
