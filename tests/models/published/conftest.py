"""Files as they are published, with weights from the formula; made once per test run."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def formula() -> ModuleType:
    """The module formula.py beside this file (test folders are no packages)."""
    spec = spec_from_file_location("published_formula", Path(__file__).with_name("formula.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def published_files(formula, tmp_path_factory) -> dict[str, Path]:
    """Path of a checkpoint of each kind, named as the published files are."""
    pytest.importorskip("torch")
    folder = tmp_path_factory.mktemp("published")
    names = {
        "landmarker_70": "70.pt",
        "landmarker_478": "478.pt",
        "detector_yolov5n_face": "YOLOv5n-Face.modern.pt",
    }
    return {kind: formula.write_checkpoint(kind, folder / name) for kind, name in names.items()}
