"""Processes that make data sets: what happens when one of them, or the first one, is killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from tfan.errors import InputError
from tfan.synth.workers import run_jobs

def beat(path, indices, advance):
    while True:
        with path.open("a") as file:
            file.write(".")
        time.sleep(0.05)

def die(path, indices, advance):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    folder, write = Path(sys.argv[1]), {"beat": beat, "die": die}[sys.argv[2]]
    jobs = [(folder / str(k), range(k, k + 1)) for k in range(2)]
    try:
        run_jobs(write, jobs, workers=2, advance=lambda samples: None)
    except InputError as error:
        sys.exit(str(error))
"""
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")


def start(folder: Path, write: str) -> subprocess.Popen[str]:
    program = folder / "program.py"
    program.write_text(PROGRAM)
    words = [sys.executable, str(program), str(folder), write]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def until(holds) -> bool:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_a_killed_generator_leaves_no_process_behind(tmp_path):
    files = [tmp_path / name for name in "01"]

    def still() -> bool:
        sizes = [file.stat().st_size for file in files]
        time.sleep(0.5)
        return sizes == [file.stat().st_size for file in files]

    with start(tmp_path, "beat") as first:
        assert until(lambda: all(file.is_file() for file in files))
        first.kill()
        stopped = until(still)
        for file in files:  # what did not stop ends now: it cannot write any longer
            file.unlink()
            file.mkdir()
    assert stopped


def test_a_killed_worker_is_one_sentence(tmp_path):
    with start(tmp_path, "die") as first:
        _, said = first.communicate(timeout=PATIENCE_S)
    assert first.returncode == 1
    assert said.startswith("workers: expected processes that end by themselves, got one that was k")
    assert "Traceback" not in said
