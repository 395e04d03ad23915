"""A rival's program, run in its own environment, that answers over pipes.

What it needs need not be installed here, nor fit what is: it is started once as
`PYTHON PROGRAM.py`, and then, image by image, reads from its standard input and writes to its
standard output, a line of JSON at a time (docs/how-to/benchmark.md):

    rival -> {"name": "...", "scheme": "mediapipe478", ...}               once, when it is ready
    tfan  -> {"shape": [H, W], "dtype": "<f4", "meaning": "temperature"}  and the array's bytes
    rival -> {"faces": [{"box": [4], "score": 0.9, "points": [[x, y], ...]}]}   or {"error": "..."}
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import numpy as np

from tfan.errors import InputError, TfanError
from tfan.types import AnyArray

START_SECONDS, ANSWER_SECONDS = 300.0, 120.0
_LAST_LINES = 3
_END_SECONDS = 5.0


class RivalError(TfanError, RuntimeError):
    """A rival's program that has ended, keeps silent, or does not speak as agreed."""


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """A running program.

    Attributes:
        about: what it said of itself when it was ready.
        scheme: landmark scheme of its answers, where an answer names none.
    """

    program: Path
    about: Mapping[str, str]
    scheme: str
    process: subprocess.Popen[bytes]
    lines: queue.Queue[bytes]
    remarks: IO[bytes]
    answer_seconds: float = ANSWER_SECONDS

    def find(self, image: AnyArray, meaning: str) -> list[Any]:
        """Return the faces that the program finds, with box_px, score, points_px and scheme.

        Raises:
            InputError: it says that it cannot use this image.
            RivalError: it has ended, says nothing in time, or what it says is not as agreed.
        """
        array = np.ascontiguousarray(image)
        head = {"shape": array.shape, "dtype": array.dtype.str, "meaning": meaning}
        data = json.dumps(head).encode() + b"\n" + array.tobytes()
        sender = threading.Thread(target=self._send, args=(data,), daemon=True)
        sender.start()  # apart: a program that does not read would hold a write for ever
        said = self._hear(self.answer_seconds)
        sender.join(self.answer_seconds)
        if "error" in said:
            got = f"its error: {said['error']}"
            raise InputError(self.program.name, expected="faces", got=got)
        try:
            return [_face(row, self.scheme) for row in said["faces"]]
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            wanted = '{"faces": [{"box": [4], "score": s, "points": [[x, y], ...]}]}'
            raise self._wrong(wanted, f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End the program: first by closing its input, then for good."""
        if self.process.stdin is not None:
            with suppress(OSError):  # it has ended already
                self.process.stdin.close()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.remarks.close()

    def _send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # it has ended: what is heard of it says so
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def _hear(self, seconds: float) -> dict[str, Any]:
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            self.process.kill()
            raise self._wrong(f"an answer within {seconds:g} s", "none") from None
        if not line:
            raise self._ended()
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            got = repr(line[:60].decode(errors="replace"))
            raise self._wrong("a line of JSON (what else it prints belongs on stderr)", got)
        return said

    def _wrong(self, expected: str, got: str) -> RivalError:
        return RivalError(f"{self.program}: expected {expected}, got {got}.")

    def _ended(self) -> RivalError:
        code = self.process.wait()
        self.remarks.seek(0)
        last = self.remarks.read().decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
        words = " | ".join(last) or "nothing on stderr"
        return self._wrong("an answer", f"its end with code {code}: {words}")


def open_rival(
    program: Path,
    *,
    python: str | Path | None = None,
    start_seconds: float = START_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
) -> Rival:
    """Start a rival's program and wait until it is ready.

    Args:
        program: a Python file that speaks as this module's docstring says.
        python: the interpreter of its environment; None takes the one that runs now.
        start_seconds: how long it may take to load.
        answer_seconds: how long it may take for an image.

    Raises:
        InputError: it is not there, or cannot be started.
        RivalError: it does not say that it is ready.
    """
    if not program.is_file():
        raise InputError("model", expected="a rival's program", got=f"{program}, which is no file")
    remarks = tempfile.TemporaryFile()  # noqa: SIM115  closed with the rival
    command = [str(python or sys.executable), str(program)]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=remarks
        )
    except OSError as error:
        remarks.close()
        got = f"{command[0]} ({error.strerror})"
        raise InputError("python", expected="an interpreter", got=got) from error
    lines: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
    starting = Rival(program, {}, "", process, lines, remarks, answer_seconds)
    try:
        said = starting._hear(start_seconds)
    except RivalError:
        process.kill()
        starting.close()
        raise
    about = {key: str(value) for key, value in said.items()}
    return Rival(program, about, about.get("scheme", ""), process, lines, remarks, answer_seconds)


def _listen(stdout: IO[bytes] | None, lines: queue.Queue[bytes]) -> None:
    """Put each line into the queue, and at the end an empty one."""
    assert stdout is not None
    with stdout:
        for line in stdout:
            lines.put(line)
    lines.put(b"")


def _face(row: Mapping[str, Any], scheme: str) -> Any:
    return SimpleNamespace(
        box_px=np.array(row["box"], np.float64),
        score=float(row["score"]),
        points_px=np.array(row["points"], np.float64),
        scheme=str(row.get("scheme", scheme)),
    )
