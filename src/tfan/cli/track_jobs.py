"""Many recordings one after the other or side by side, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from tfan.cli.read import named
from tfan.errors import InputError, MissingExtraError, TfanError
from tfan.recordings import Asked, Follower, Summary, record

LoadFollower = Callable[..., Follower]
Tell = Callable[[str, str, int, int | None], None]
"""Called with the stem of a recording, what is being done, how many frames are, of how many."""

_ASK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Done:
    """One recording.

    Attributes:
        stem: how its files are called.
        summary: who is in it; None where it failed.
        trouble: a sentence on what failed, or on frames that could not be used; empty if nothing.
    """

    stem: str
    summary: Summary | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A source, and how its files are called."""

    name: str
    stem: str


def load_follower(*, n_landmarks: int, device: str = "cpu", threads: int | None = None) -> Follower:
    """Return what follows people with the bundled weights."""
    from tfan.pipeline import load_pipeline
    from tfan.recordings import PipelineFollower

    return PipelineFollower(load_pipeline(n_landmarks=n_landmarks, device=device, threads=threads))


def work(job: Job, asked: Asked, follower: Follower, tell: Tell) -> Done:
    """Do one recording; what goes wrong with it is told, not raised."""

    def progress(what: str, n: int, total: int | None) -> None:
        tell(job.stem, what, n, total)

    try:
        summary, trouble = record(job.name, job.stem, asked, follower, progress)
    except (InputError, MissingExtraError) as error:
        return Done(job.stem, None, named(job.name, error))
    except Exception as error:  # one odd recording must not cost the others their results
        kind = type(error).__name__
        says = f"tfan failed on this recording, please report it ({kind}: {error})"
        return Done(job.stem, None, f"{job.name}: {says}")
    return Done(job.stem, summary, trouble)


def run_here(jobs: Sequence[Job], asked: Asked, follower: Follower, tell: Tell) -> Iterator[Done]:
    """Do recordings one after the other."""
    for job in jobs:
        yield work(job, asked, follower, tell)


def run_beside(
    jobs: Sequence[Job],
    asked: Asked,
    load: LoadFollower,
    options: Mapping[str, Any],
    n_workers: int,
    tell: Tell,
) -> Iterator[Done]:
    """Do recordings side by side and yield them in order; each process loads its own networks."""
    context = multiprocessing.get_context("spawn")
    news = context.Queue()
    threads = max(1, (os.cpu_count() or 1) // n_workers)
    options = {**options, "threads": threads}
    with ProcessPoolExecutor(
        n_workers, mp_context=context, initializer=_begin, initargs=(load, options, news)
    ) as pool:
        futures = [(job, pool.submit(_do, job, asked)) for job in jobs]
        try:
            for job, future in futures:
                yield _waited_for(job, future, news, tell)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _waited_for(job: Job, future: Future[Done], news: Any, tell: Tell) -> Done:
    while not future.done():
        try:
            tell(*news.get(timeout=_ASK_EVERY_S))
        except queue.Empty:
            continue
    while not news.empty():
        tell(*news.get())
    try:
        return future.result()
    except BrokenProcessPool:  # the system stopped it, mostly for want of memory
        says = "the process that worked on it was stopped; --resume goes on, with fewer --jobs"
        return Done(job.stem, None, f"{job.name}: {says}.")


_worker: dict[str, Any] = {}  # of this process: what follows people, and where news go


def _begin(load: LoadFollower, options: Mapping[str, Any], news: Any) -> None:
    _worker["news"] = news
    try:
        _worker["follower"] = load(**options)
    except TfanError as error:  # an error here would only be told as a broken process
        _worker["error"] = error


def _do(job: Job, asked: Asked) -> Done:
    news = _worker["news"]
    if "error" in _worker:
        raise _worker["error"]
    return work(job, asked, _worker["follower"], lambda *told: news.put(told))
