"""What was measured beside what others have published."""

from __future__ import annotations

from collections.abc import Iterable

from tfan.evaluate.benchmark.published import PublishedNumber
from tfan.evaluate.record import Record
from tfan.evaluate.tables import Table

_HEADING = (
    "method", "trained on", "subset", "metric", "value", "normaliser", "points", "source",
)  # fmt: skip
_OWN_SUBSET = "all of this run"


def beside_table(record: Record, published: Iterable[PublishedNumber]) -> Table:
    """Return the published numbers with the source of each, below the same ones of this run."""
    numbers = list(published)
    metrics = dict.fromkeys(number.metric for number in numbers)
    own = [
        _own_row(record, metric) for metric in metrics if record["summary"].get(metric) is not None
    ]
    rows = [
        (n.method, n.trained_on or "not said", n.subset, n.metric, f"{n.value:g}",
         n.normaliser or "-", n.points, n.source)
        for n in numbers
    ]  # fmt: skip
    return Table("Published by others", _HEADING, (*own, *rows))


def _own_row(record: Record, metric: str) -> tuple[str, ...]:
    name, about = record["about"]["model"]["name"], record["about"]
    of_points = metric in ("nme", "fail10")
    normaliser = record["protocol"]["normaliser"] if of_points else "-"
    points = "see above" if of_points else "boxes"
    split = about["dataset"].get("split") or _OWN_SUBSET
    value = f"{record['summary'][metric]:.4f}"
    source = f"this run, tfan {about['tfan']}"
    return name, "see above", split, metric, value, normaliser, points, source
