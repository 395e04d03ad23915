"""Hooks of folders whose tests need torch: without it each module says why it cannot run."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NoReturn

import pytest

REASON = "training and thermalizing need torch, which the extra 'train' brings"


class WithoutTorch(pytest.Module):
    """A test module that is skipped with its reason, instead of failing at its first import."""

    def collect(self) -> NoReturn:
        pytest.skip(REASON, allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    if find_spec("torch") is None:
        return WithoutTorch.from_parent(parent, path=module_path)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    collectors = yield  # one looks for tests, another for doctests: it would import the file too
    if find_spec("torch") is None:
        return [one for one in collectors if isinstance(one, WithoutTorch)]
    return collectors
