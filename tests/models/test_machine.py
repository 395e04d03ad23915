"""Looking at the machine, with drivers and packages that are only pretended."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tfan.errors import MissingExtraError
from tfan.models import machine as looking
from tfan.models.machine import cuda_device_names, look

CUDA = "CUDAExecutionProvider"


class Driver:
    """A driver that shows the devices of `names`."""

    def __init__(self, *names: bytes, fails: int = 0):
        self.names, self.fails = names, fails

    def cuInit(self, flags):  # noqa: N802
        return self.fails

    def cuDeviceGetCount(self, count):  # noqa: N802
        count._obj.value = len(self.names)
        return 0

    def cuDeviceGet(self, device, number):  # noqa: N802
        device._obj.value = number
        return 0

    def cuDeviceGetName(self, name, size, device):  # noqa: N802
        assert size == len(name)
        name.value = self.names[device.value]
        return 0


@pytest.fixture
def pretend(monkeypatch):
    """Set the driver, ONNX Runtime's providers and torch's build; no torch where None."""

    def setup(driver=None, providers=("CPUExecutionProvider",), torch=None):
        def load(name):
            if driver is None:
                raise OSError(name)
            return driver

        monkeypatch.setattr(ctypes, "CDLL", load)
        ort = SimpleNamespace(__version__="1.0", get_available_providers=lambda: list(providers))
        monkeypatch.setattr(looking, "require", lambda name, **_: ort)
        if torch is None:
            monkeypatch.setitem(sys.modules, "torch", None)
        else:
            monkeypatch.setattr(looking, "import_module", lambda name: torch)
            found = looking.find_spec
            monkeypatch.setattr(looking, "find_spec", lambda n: n == "torch" or found(n))

    return setup


def torch_build(cuda, devices=0):
    return SimpleNamespace(
        __version__="9.9",
        version=SimpleNamespace(cuda=cuda, hip=None),
        cuda=SimpleNamespace(device_count=lambda: devices),
    )


def test_devices_are_read_from_the_driver(pretend):
    pretend(Driver(b"NVIDIA H100", b"NVIDIA T4"))
    assert cuda_device_names() == ("NVIDIA H100", "NVIDIA T4")
    assert look("cuda", "auto").cuda_devices == 2


@pytest.mark.parametrize("driver", [None, Driver(b"NVIDIA H100", fails=100), SimpleNamespace()])
def test_without_a_working_driver_there_is_no_device(pretend, driver):
    pretend(driver)
    assert cuda_device_names() == ()


def test_the_driver_is_not_asked_for_the_processor(pretend, monkeypatch):
    pretend(Driver(b"NVIDIA H100"))
    monkeypatch.setattr(looking, "cuda_device_names", lambda: pytest.fail("asked"))
    assert look(None, "auto").providers == ("CPUExecutionProvider",)


@pytest.mark.parametrize(
    ("device", "driver", "providers", "looked_at"),
    [
        ("cpu", Driver(b"A"), (), False),
        ("auto", None, (), False),
        ("auto", Driver(b"A"), (CUDA,), False),
        ("cuda", Driver(b"A"), (CUDA,), False),
        ("auto", Driver(b"A"), (), True),
        ("cuda", None, (), True),
    ],
)
def test_torch_is_imported_only_where_it_may_be_chosen(
    pretend, device, driver, providers, looked_at
):
    pretend(driver, providers, torch_build("13.0", devices=3))
    seen = look(device, "auto")
    assert seen.torch_cuda is (True if looked_at else None)
    assert seen.torch is not None
    assert seen.cuda_devices == 3 or not looked_at


def test_a_torch_for_processors_is_told_as_such(pretend):
    pretend(None, torch=torch_build(None))
    seen = look("cuda", "auto")
    assert (seen.torch, seen.torch_cuda, seen.cuda_devices) == ("9.9", False, 0)


def test_torch_that_is_asked_for_and_not_there_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    sentence = r"backend='torch' needs torch: pip install 'thermal-face-alignment\[torch\]'"
    with pytest.raises(MissingExtraError, match=sentence):
        look("cpu", "torch")
    assert look("cpu", "auto").torch is None


def test_the_bundled_networks_run_without_torch_and_onnx():
    code = (
        "import sys\n"
        "from tfan.models.landmarker import LANDMARK_CONTRACT\n"
        "from tfan.models.registry import find, read_bundled\n"
        "from tfan.models.runtime import open_runtime\n"
        "data = read_bundled(find('landmarks'))\n"
        "for device in ('cpu', 'auto'):\n"
        "    open_runtime(data, contract=LANDMARK_CONTRACT, source='', device=device)\n"
        "print({'torch', 'onnx', 'pooch', 'safetensors'} & set(sys.modules) or '')\n"
    )
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
