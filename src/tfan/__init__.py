"""Faces and facial landmarks in thermal images: `tfan.ThermalLandmarks().detect(image)`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfan.compat import ThermalLandmarks
    from tfan.errors import InputError, MissingExtraError, TfanError, WeightsError
    from tfan.evaluate.datasets import open_dataset
    from tfan.io.sources import open_source
    from tfan.landmarks.schemes import Scheme, load_scheme
    from tfan.models.adapter import converted
    from tfan.pipeline import Pipeline, load_pipeline
    from tfan.thermal.interpret import Reading, interpret
    from tfan.tracking import Tracker
    from tfan.types import Face

    __version__: str

__all__ = [
    "Face",
    "InputError",
    "MissingExtraError",
    "Pipeline",
    "Reading",
    "Scheme",
    "TfanError",
    "ThermalLandmarks",
    "Tracker",
    "WeightsError",
    "__version__",
    "converted",
    "interpret",
    "load_pipeline",
    "load_scheme",
    "open_dataset",
    "open_source",
]

_HOMES = {  # public name -> the module that is loaded when the name is first used
    "Face": "types",
    "InputError": "errors",
    "MissingExtraError": "errors",
    "Pipeline": "pipeline",
    "Reading": "thermal.interpret",
    "Scheme": "landmarks.schemes",
    "TfanError": "errors",
    "ThermalLandmarks": "compat",
    "Tracker": "tracking",
    "WeightsError": "errors",
    "converted": "models.adapter",
    "interpret": "thermal.interpret",
    "load_pipeline": "pipeline",
    "load_scheme": "landmarks.schemes",
    "open_dataset": "evaluate.datasets",
    "open_source": "io.sources",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        value = getattr(import_module(f"tfan.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'tfan' has no attribute {name!r}")
    globals()[name] = value  # the next look-up costs nothing
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("thermal-face-alignment")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0+unknown"
