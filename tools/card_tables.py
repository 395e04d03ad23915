"""Figures of the model cards: JSON in, Markdown out, "not measured" for what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from detector_tables import TABLES

from tfan.calibration.report import printed_tables
from tfan.evaluate.tables import Table, group_tables, markdown, risk_table, summary_table
from tfan.models.registry import Weights
from tfan.robustness.measures import MEASURES, Measure

NOT_MEASURED = "not measured"
Json = Any

YAWS = ("0_30", "30_60", "60_90")
LANDMARK_ROWS = (
    ("within_50_percent_span", "points within the radius that sigma gives for 50 %"),
    ("within_90_percent_span", "points within the radius that sigma gives for 90 %"),
    ("visible_precision", "points called visible that are"),
    ("visible_recall", "visible points called so"),
    ("hidden_precision", "points called hidden that are"),
    ("hidden_recall", "hidden points called so"),
    ("presence_recall", "crops with a face called so"),
    ("presence_false", "crops without a face called faces"),
)
SIZES = ("0_12", "12_24", "24_48", "48_96", "96_999")
REAL_COLUMNS = ("recall", "ap40", "false_per_img", "nme5", "nme5_median", "nme5_sure", "fail10")
GROUP_COLUMNS = ("faces", "recall", "nme5", "nme5_median", "fail10")
STUDIED = ("size", "seen", "border", "yaw", "pitch", "polarity", "head", "glasses", "mask")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: Json, form: str = ".4g") -> str:
    """Return a number as words; "not measured" for none."""
    if value is None:
        return NOT_MEASURED
    return value if isinstance(value, str) else format(value, "d" if _whole(value) else form)


def percent(share: Json) -> str:
    """Return a share as per cent; "not measured" for none."""
    return NOT_MEASURED if share is None else f"{100 * share:.1f} %"


def _whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def file_table(row: Weights, size_bytes: int) -> str:
    """Return what identifies a bundled file."""
    height, width = row.input_hw
    rows = [
        ("file", f"src/tfan/models/data/{row.file}, {size_bytes / 1e6:.2f} MB"),
        ("sha256", f"`{row.sha256}`"),
        ("input", f"{height} x {width}, one channel"),
        ("licence", row.licence),
    ]
    if row.task == "detect":
        fitted = row.face_score
        rows += [
            ("looked into from a detector's score of", number(row.threshold)),
            ("answered from a `score` of", number(row.min_score)),
            ("`score` = 1 / (1 + exp(-z)), z =", f"{fitted.bias:g} + {fitted.detector:g} logit("
             f"detector) + {fitted.landmarks:g} max(logit(mean confidence), -1.5) + "
             f"{fitted.size:g} log(size / 24 px) + {fitted.large:g} "
             "max(logit(mean confidence), -4) max(log(size / 24 px), 0)"),
        ]  # fmt: skip
    else:
        rows.append(("a face from a presence of", number(row.min_presence)))
    return table(("", ""), rows)


def landmark_scores_table(scores: Json) -> str:
    """Return landmarks/scores.json: errors by yaw, then the other shares."""
    if scores is None:
        return NOT_MEASURED
    errors = [
        (
            name,
            *(percent(scores.get(f"nme_{name}{yaw}")) for yaw in ("", *map("_yaw{}".format, YAWS))),
        )
        for name in ("mediapipe478", "facesynthetics70")
    ]
    crops = (scores.get("crops"), *(scores.get(f"crops_yaw{yaw}") for yaw in YAWS))
    by_yaw = table(
        ("NME", "all", *(f"yaw {yaw.replace('_', '-')}" for yaw in YAWS)),
        [*errors, ("crops", *map(number, crops))],
    )
    others = table(
        ("share of", ""), [(words, percent(scores.get(k))) for k, words in LANDMARK_ROWS]
    )
    return f"{by_yaw}\n\n{others}"


def detector_scores_table(scores: Json) -> str:
    """Return detector/scores.json: recall by size, then the other figures."""
    if scores is None:
        return NOT_MEASURED
    rows = [
        (
            size.replace("_", "-"),
            number(scores.get(f"faces_{size}px")),
            percent(scores.get(f"recall_{size}px")),
        )
        for size in SIZES
    ]
    rows.append(("all", number(scores.get("faces")), percent(scores.get("recall"))))
    by_size = table(("face size, px", "faces", "recall"), rows)
    return (
        f"{by_size}\n\nAP50 {number(scores.get('ap50'))}, false ones per picture "
        f"{number(scores.get('false_per_image'))}, five points "
        f"{percent(scores.get('five_points_error'))} of the face's size."
    )


def real_table(real: Json) -> str:
    """Return real_dev.json: one row for each number of landmarks."""
    if real is None:
        return NOT_MEASURED
    rows = [
        (name, *(number(some.get(column)) for column in REAL_COLUMNS))
        for name, some in real.items()
    ]
    return table(("landmarks", *REAL_COLUMNS), rows)


def evaluation_tables(report: Json) -> str:
    """Return a report.json of `tfan evaluate`: all, by group, the least certain refused."""
    if report is None:
        return NOT_MEASURED
    return titled([summary_table(report), *group_tables(report), risk_table(report)])


def calibration_tables(report: Json) -> str:
    """Return a report.json of `tfan calibration`: the calibration in use, but for its bins."""
    if report is None:
        return NOT_MEASURED
    tables = printed_tables(list(report.values())[-1])
    return titled([each for each in tables if not each.title.startswith("Reliability")])


def robustness_table(results: Json, measures: Sequence[str]) -> str:
    """Return a results.json of `tfan robustness`: the best and the worst step of each axis."""
    if results is None:
        return NOT_MEASURED
    rows = [
        (axis["title"], *(_from_to(axis["steps"], MEASURES[name]) for name in measures))
        for axis in results["axes"].values()
    ]
    heading = ("best and worst step", *(MEASURES[name].title for name in measures))
    return table(heading, rows)


def _from_to(steps: Sequence[Json], measure: Measure) -> str:
    means = [(_mean(step, measure.name), str(step["step"])) for step in steps]
    known = sorted((mean, step) for mean, step in means if mean is not None)
    if not known:
        return NOT_MEASURED
    shown = percent if measure.percent else number
    worst, best = (known[0], known[-1]) if measure.better > 0 else (known[-1], known[0])
    if worst[0] == best[0]:
        return f"{shown(best[0])} at every step"
    return f"{shown(best[0])} ({best[1]}) to {shown(worst[0])} ({worst[1]})"


def _mean(step: Json, name: str) -> float | None:
    mean = step.get(name, {}).get("mean")
    return None if mean is None else float(mean)


def titled(tables: Sequence[Table]) -> str:
    """Return the tables that have rows, each below its title."""
    return "\n\n".join(f"{each.title}:\n\n{markdown(each).strip()}" for each in tables if each.rows)


def study_table(study: Json) -> str:
    """Return the heads of detector/study.json."""
    if study is None:
        return NOT_MEASURED
    head = table(
        ("scenes", "faces", "recall", "precision", "false faces per scene", "calibration error"),
        [(
            number(study["scenes"]), number(study["faces"]), percent(study["recall"]),
            percent(study["precision"]), number(study["false_per_scene"]),
            number(study["calibration"]["expected_error"]),
        )],
    )  # fmt: skip
    titles = {name: title for name, title, _ in TABLES}
    recalls = [
        (titles[name], row["band"], number(row["faces"]), percent(row["recall"]))
        for name in STUDIED
        for row in study["recall_by"].get(name, ())
    ]
    false = [(row["kind"], number(row["scenes"]), number(row["per_scene"]))
             for row in study["false_by_scene"]]  # fmt: skip
    return "\n\n".join((
        head,
        table(("by", "", "faces", "recall"), recalls),
        table(("kind of scene", "scenes", "false faces per scene"), false),
    ))  # fmt: skip


def data_table(part: Json, *, seed: int | None = None) -> str:
    """Return shares, words and ranges of a part of data.json."""
    if part is None:
        return NOT_MEASURED
    shares = [(name, percent(share)) for name, share in part["shares"].items()]
    for name, words in part["words"].items():
        shares.append(
            (name, ", ".join(f"{word} {percent(share)}" for word, share in words.items()))
        )
    ranges = [
        (name, *(number(value, ".3g") for value in values))
        for name, values in part["ranges"].items()
    ]
    counted = f"of {part['records']}" if seed is None else f"of {part['records']} of seed {seed}"
    heading = ("range", "least", "1st percentile", "median", "99th", "most")
    return f"{table((counted, 'share'), shares)}\n\n{table(heading, ranges)}"
