"""The one door to packages that tfan can live without."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from tfan.errors import MissingExtraError


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import a module when it is first needed, or say which extra brings it.

    Args:
        module: dotted name, such as "torch.nn".
        extra: the extra of the distribution that brings it; "" for the base install.
        purpose: what needs it, as the beginning of the sentence ("Training").
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # the package is there and is itself broken: show that instead
        name = f"thermal-face-alignment[{extra}]" if extra else "thermal-face-alignment"
        msg = f"{purpose} needs {error.name}: pip install '{name}'"
        raise MissingExtraError(msg) from error
