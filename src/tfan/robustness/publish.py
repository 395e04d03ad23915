"""Everything that a run leaves in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfan.io.files import replace_text
from tfan.robustness.plots import write_plot
from tfan.robustness.report import verdict_of, write_comparison, write_report
from tfan.robustness.store import Provenance, write_run
from tfan.robustness.suite import AxisResult
from tfan.robustness.summary import compare

Run = tuple[Provenance, list[AxisResult]]
REPORT, COMPARISON = "README.md", "against.md"


def publish(
    folder: Path, provenance: Provenance, results: Sequence[AxisResult], *, earlier: Run | None
) -> str:
    """Write numbers, page and plots of a run; return what the comparison says, or nothing.

    Args:
        folder: gets results.json, faces.npz, README.md, a PNG an axis, and against.md.
        provenance: where the numbers come from.
        results: the axes.
        earlier: the run to compare with, or None.
    """
    verdict, before = "", {}
    write_run(folder, provenance, results)
    if earlier is not None:
        differences = compare(results, earlier[1])
        verdict = verdict_of(differences, earlier=earlier[0])
        before = {result.name: result for result in earlier[1]}
        page = write_comparison(differences, verdict=verdict)
        replace_text(folder / COMPARISON, page)
    for result in results:
        write_plot(folder, result, before.get(result.name))
    link = f"{verdict} All of them: [{COMPARISON}]({COMPARISON})." if verdict else ""
    replace_text(folder / REPORT, write_report(provenance, results, verdict=link))
    return verdict
