"""Jobs of a data set on all cores: files with the numbers of their samples, and a count of them."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2

from tfan.errors import InputError

POLL_S = 0.3
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

Advance = Callable[[int], None]
Write = Callable[[Path, range, Advance], None]
Job = tuple[Path, range]


def run_jobs(write: Write, jobs: Sequence[Job], *, workers: int, advance: Advance) -> None:
    """Let each job write its file, in this process or in several.

    Args:
        write: makes the samples of a range into a file; travels to other processes.
        jobs: files and the numbers of their samples.
        workers: processes at most.
        advance: called with the number of samples made since its last call.

    Raises:
        InputError: a process was ended from outside.
    """
    if workers > 1 and len(jobs) > 1:
        try:
            _in_parallel(write, jobs, workers=workers, advance=advance)
        except BrokenProcessPool as error:
            raise InputError(
                "workers", expected="processes that end by themselves", got="one that was killed",
                fix="Run it again to go on; with fewer workers if memory is short.",
            ) from error  # fmt: skip
    else:
        for path, indices in jobs:
            write(path, indices, advance)


def _in_parallel(write: Write, jobs: Sequence[Job], *, workers: int, advance: Advance) -> None:
    context = multiprocessing.get_context("spawn")  # compiled code and OpenCV do not like fork
    made = context.Value("q", 0)
    told = 0
    with _one_thread_each(), ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=context, initializer=_start, initargs=(made,)
    ) as pool:  # fmt: skip
        waiting = {pool.submit(_write_counted, write, *job) for job in jobs}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                now = made.value
                advance(now - told)
                told = now
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let the processes started inside use one thread each: they are as many as the cores."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_COUNTER: list[Any] = []  # the worker's end of the counter; set once when a worker starts


def _start(made: Any) -> None:
    cv2.setNumThreads(1)
    _COUNTER[:] = [made]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, killed perhaps: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write_counted(write: Write, path: Path, indices: range) -> None:
    (made,) = _COUNTER

    def advance(samples: int) -> None:
        with made.get_lock():
            made.value += samples

    write(path, indices, advance)
