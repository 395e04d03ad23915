"""Time for the training loop: how much is spent, what is due, whether somebody asked to stop."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Clock:
    """Seconds of training, the earlier part of a resumed one included."""

    def __init__(self, before_s: float) -> None:
        self._start_s = time.monotonic() - before_s

    def now_s(self) -> float:
        """Return the seconds until now."""
        return time.monotonic() - self._start_s


class Every:
    """Says when a period is over."""

    def __init__(self, period_s: float, *, now_s: float) -> None:
        self._period_s = period_s
        self._next_s = now_s + period_s

    def due(self, now_s: float) -> bool:
        """Return whether the period is over; if so, the next one begins."""
        if now_s < self._next_s:
            return False
        self._next_s = now_s + self._period_s
        return True


@contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """Turn a polite end of the process (SIGTERM, Ctrl-C) into a question the loop can ask."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set  # only the main thread may change what a signal does
        return
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: asked.set()) for number in signals]
    try:
        yield asked.is_set
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
