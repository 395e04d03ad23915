"""Many images at once, a few at a time: bounded memory, and no result lost to a later fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from tfan.errors import InputError, TfanError

CHUNK = 16  # images that are in memory at once; their faces go through the network together
CHUNK_PX = 8_000_000  # and no more pixels than that, but for a single larger image
Prepared = TypeVar("Prepared")
Result = TypeVar("Result")


class BatchError(InputError):
    """An image of a batch that cannot be read.

    Attributes:
        index: of the image, from 0.
        results: of the images before it, where a list was asked for; an iterator has yielded them.
    """

    def __init__(self, index: int, why: str, results: Sequence[Any] = ()) -> None:
        TfanError.__init__(self, f"image {index} (counted from 0) of the batch: {why}")
        self.index, self.why, self.results = index, why, list(results)

    def __reduce__(self) -> tuple[object, ...]:
        return BatchError, (self.index, self.why, self.results)


def in_chunks(
    images: Iterable[Any],
    prepare: Callable[[Any], Prepared],
    work: Callable[[Sequence[Prepared]], list[Result]],
    *,
    size: Callable[[Prepared], int] = lambda _: 0,
) -> Iterator[Result]:
    """Yield one result for each image, in order.

    Args:
        images: read a chunk ahead; an image is let go of once it is prepared.
        prepare: one image -> what is worked on; its InputError becomes a BatchError.
        work: up to `CHUNK` of them -> as many results.
        size: pixels of what is worked on; beyond `CHUNK_PX` together, a chunk is full.
    """
    source, chunk, index = iter(images), list[Prepared](), 0
    fault: Exception | None = None
    while fault is None:
        try:
            image = next(source)
        except Exception as error:  # StopIteration, or the source's own
            fault = error
        else:
            fault = _prepared(image, index, prepare, chunk)
            index += 1
        full = len(chunk) == CHUNK or sum(map(size, chunk)) >= CHUNK_PX
        if chunk and (fault is not None or full):
            yield from work(chunk)
            chunk = []
    if not isinstance(fault, StopIteration):
        raise fault


def listed(images: Iterable[Any], results: Iterator[Result]) -> list[Result] | Iterator[Result]:
    """Return results as a list where the images came as one, else as they come."""
    if not isinstance(images, Sequence | np.ndarray):
        return results
    done: list[Result] = []
    try:
        for result in results:
            done.append(result)
    except BatchError as error:
        raise BatchError(error.index, error.why, done) from error.__cause__
    return done


def _prepared(
    image: Any, index: int, prepare: Callable[[Any], Prepared], chunk: list[Prepared]
) -> BatchError | None:
    """Add an image to a chunk, or return what is wrong with it."""
    try:
        chunk.append(prepare(image))
    except InputError as error:
        fault = BatchError(index, str(error))
        fault.__cause__ = error
        return fault
    return None
