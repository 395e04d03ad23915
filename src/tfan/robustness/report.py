"""The run in words: one table an axis, and what became worse since an earlier run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tfan.robustness.axes import AXES
from tfan.robustness.measures import FAILED_NME, FOUND_IOU, MEASURES, Measure
from tfan.robustness.store import Provenance
from tfan.robustness.suite import AxisResult
from tfan.robustness.summary import CHANCE, WORSE_FROM, Difference, Stat, step_stats

_WITH_ERROR = ("detector_recall", "recall", "nme_478", "nme_70", "found_nme_478")
_NOTES = (
    f"Detector recall: a box of the detector overlaps the true one (IoU >= {FOUND_IOU:g}); recall: "
    "the same for the faces that the whole pipeline hands out. NME: mean distance of the landmarks "
    "/ sqrt(width x height) of the true box, in per cent, in both conventions; given the true box, "
    "except in the column *of found*: there the pipeline found the face by itself. Fail: share of "
    f"faces with NME > {FAILED_NME:g}. Confidence: mean over the points. Sigma: mean error that "
    "the network expects, error: the true one, both over all points in the unit of NME; their "
    "ratio is 1 where the claim is right. Plus or minus: standard error over the faces. All "
    "landmarks count, hidden ones too."
)


def write_report(provenance: Provenance, results: Sequence[AxisResult], *, verdict: str) -> str:
    """Return the page of a run.

    Args:
        provenance: where the numbers come from.
        results: the axes.
        verdict: what a comparison said, or nothing.
    """
    parts = ["# Robustness on synthetic truth", *([verdict] if verdict else [])]
    parts += [_origin(provenance), _NOTES]
    for result in results:
        axis = AXES[result.name]
        unit = f", {axis.unit}" if axis.unit else ""
        picture = f"![{axis.title}]({axis.name}.png)"
        parts += [f"## {axis.title}{unit}", axis_table(result), picture]
    return "\n\n".join(parts) + "\n"


def axis_table(result: AxisResult) -> str:
    """Return one axis as a Markdown table."""
    head = ["step", *(_head(measure) for measure in MEASURES.values()), "sigma / error"]
    rows = [head, ["---"] * len(head)]
    for label, stats in zip(result.labels, step_stats(result), strict=True):
        cells = [_cell(MEASURES[name], stats[name]) for name in MEASURES]
        ratio = stats["sigma"].mean / max(stats["error"].mean, 1e-9)
        rows.append([label, *cells, _number(ratio, 2)])
    return _table(rows)


def verdict_of(differences: Sequence[Difference], *, earlier: Provenance) -> str:
    """Return the sentence that says loudly how many comparisons became worse."""
    worse = [one for one in differences if one.worse]
    better = sum(one.better for one in differences)
    by_chance = CHANCE * len(differences)
    loud = f"**WORSE at {len(worse)} of {len(differences)} comparisons**"
    if not worse:
        loud = f"Worse at none of {len(differences)} comparisons"
    text = (
        f"{loud} with the earlier run ({_weights(earlier)}) by more than {WORSE_FROM:g} standard "
        f"errors; better at {better}. By chance alone about {by_chance:.0f} would be worse if all "
        "comparisons were independent; steps of one axis share their faces: look for runs of them."
    )
    loose = sum(not one.paired for one in differences)
    if loose:
        text += (
            f" {loose} comparisons are of DIFFERENT PICTURES (the generator changed in between): "
            "their errors are those of unpaired means. Run the earlier weights again to pair them."
        )
    return text


def write_comparison(differences: Sequence[Difference], *, verdict: str) -> str:
    """Return the page of a comparison: what became worse first, then everything."""
    worse = [one for one in differences if one.worse]
    parts = [
        "# Against the earlier run",
        verdict.replace(" All of them: [against.md](against.md).", ""),
    ]
    if worse:
        parts += ["## Worse", _differences_table(worse)]
    parts += ["## All comparisons", _differences_table(differences)]
    return "\n\n".join(parts) + "\n"


def _differences_table(differences: Sequence[Difference]) -> str:
    rows = [["axis", "step", "measure", "before", "change", "+-", "faces", ""], ["---"] * 8]
    for one in differences:
        measure = MEASURES[one.measure]
        factor = 100 if measure.percent else 1
        said = "**WORSE**" if one.worse else "better" if one.better else ""
        said += "" if one.paired else " (other pictures)"
        rows.append(
            [one.axis, one.step, measure.title, _number(one.old * factor, 2),
             f"{one.change * factor:+.2f}", _number(one.error * factor, 2), str(one.count), said]
        )  # fmt: skip
    return _table(rows)


def _origin(provenance: Provenance) -> str:
    rows = [["what", "file", "sha256"], ["---"] * 3]
    rows += [[what, name, f"`{digest}`"] for what, (name, digest) in provenance.files.items()]
    return (
        f"    {provenance.command}\n\ntfan {provenance.version}, seed {provenance.seed}, "
        f"{provenance.faces} faces a step.\n\n{_table(rows)}"
    )


def _weights(provenance: Provenance) -> str:
    return ", ".join(
        f"{what} {digest[:12]}" for what, (_, digest) in provenance.files.items() if what != "head"
    )


def _head(measure: Measure) -> str:
    return f"{measure.title}, %" if measure.percent else measure.title


def _cell(measure: Measure, one: Stat) -> str:
    factor, digits = (100, 2) if measure.percent else (1, 3)
    if measure.percent and measure.better and "nme" not in measure.name:
        digits = 1
    text = _number(one.mean * factor, digits)
    if measure.name in _WITH_ERROR and math.isfinite(one.error):
        text += f" ± {_number(one.error * factor, digits)}"
    return text


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
