"""A report's JSON -> tables, for Markdown and for the terminal alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfan.evaluate.record import Record

_WORST = 15
_MISSING = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows; the first column is a name, the others are numbers."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One number of a record in a table: its key, its heading, how it is written."""

    key: str
    heading: str
    form: str = ".4f"

    def cell(self, record: Mapping[str, Any]) -> str:
        """Return the number as words."""
        value = record.get(self.key)
        return _MISSING if value is None else format(value, self.form)


SUMMARY = (
    Column("faces", "faces", "d"),
    Column("recall", "recall"),
    Column("ap40", "ap40"),
    Column("false_per_img", "false/img"),
    Column("nme5", "nme5"),
    Column("nme5_error", "±"),
    Column("nme5_median", "median"),
    Column("nme5_sure", "sure"),
    Column("fail10", "fail10"),
)
GROUP = (
    Column("faces", "faces", "d"),
    Column("recall", "recall", ".3f"),
    Column("nme5", "nme5"),
    Column("nme5_error", "±"),
    Column("nme5_median", "median"),
    Column("fail10", "fail10", ".3f"),
)
BIAS = (
    Column("faces", "faces", "d"),
    Column("eye_ratio", "eye distance", ".3f"),
    Column("right_shift", "right", "+.4f"),
    Column("down_shift", "down", "+.4f"),
    Column("right_shift_px", "right px", "+.2f"),
    Column("down_shift_px", "down px", "+.2f"),
)
COLUMN_WORDS = """\
recall: share of the annotated faces that were found (intersection over union at least 0.4);
ap40: average precision there; false/img: boxes without a face, an image; nme5: mean distance of
the annotated ones among five points (eyes, nose, mouth corners) over {normaliser}, of the found
faces; ±: standard error of that mean; median: of the same errors; sure: nme5 where the annotation
is sure; fail10: share of the faces with points that were not found or have nme5 above 0.10."""


def summary_table(record: Record) -> Table:
    """Return one row for each landmark scheme."""
    rows = [
        (name, *(column.cell(each["summary"]) for column in SUMMARY))
        for name, each in record["schemes"].items()
    ]
    return Table("Summary", ("", *(column.heading for column in SUMMARY)), tuple(rows))


def group_tables(
    record: Record, columns: Sequence[Column] = GROUP, *, title: str = "{}"
) -> list[Table]:
    """Return a table for each group that parts the faces; schemes stand side by side."""
    groups = {name: each["groups"] for name, each in record["schemes"].items()}
    tables = []
    for group in next(iter(groups.values())):
        # a label that comes from the answer, such as the found pose, may be one scheme's alone
        labels = list(dict.fromkeys(label for parts in groups.values() for label in parts[group]))
        if len(labels) < 2:  # says no more than the summary
            continue
        parts = {n: [each[group].get(label, {}) for label in labels] for n, each in groups.items()}
        heading, cells = _side_by_side(parts, columns)
        rows = tuple((label, *row) for label, row in zip(labels, cells, strict=True))
        tables.append(Table(title.format(group), (group, *heading), rows))
    return tables


def undivided(record: Record) -> dict[str, str]:
    """Return group -> the one label of all its faces, for the groups without a table."""
    groups = next(iter(record["schemes"].values()))["groups"]
    return {group: next(iter(labels)) for group, labels in groups.items() if len(labels) == 1}


def point_tables(record: Record) -> list[Table]:
    """Return where each named point is put, and the lengths between them, for each scheme."""
    heading = ("point", "faces", "right", "down", "spread right", "spread down", "distance")
    tables = []
    for name, each in record["schemes"].items():
        rows = [
            (
                point,
                str(row["faces"]),
                *(f"{value:+.4f}" for value in row["shift"]),
                *(f"{value:.4f}" for value in (*row["spread"], row["distance"])),
            )
            for point, row in each["points"].items()
        ]
        tables.append(Table(f"Mean shift of each point, {name}", heading, tuple(rows)))
        spans = [(k, str(v["faces"]), f"{v['ratio']:.3f}") for k, v in each["spans"].items()]
        title = f"Lengths as found over annotated ones, {name}"
        tables.append(Table(title, ("length", "faces", "ratio"), tuple(spans)))
    return tables


def risk_table(record: Record) -> Table:
    """Return the mean error of the most certain faces."""
    kept = {name: each["risk_coverage"] for name, each in record["schemes"].items()}
    shares = list(next(iter(kept.values()))["kept"])
    number = Column("x", "x")
    rows = tuple(
        (name, *(number.cell({"x": row["kept"][s]}) for s in shares),
         Column("rank_correlation", "", ".2f").cell(row))
        for name, row in kept.items()
    )  # fmt: skip
    heading = ("kept", *shares, "rank correlation")
    return Table("nme5 of the faces kept", heading, rows)


def worst_table(record: Record, scheme: str) -> Table:
    """Return the faces that were not found or have the greatest errors."""
    faces = [face for face in record["schemes"][scheme]["faces"] if is_known(face)]
    faces.sort(key=lambda face: (face["found"], -(face["nme5"] or 0)))
    heading = ("image", "face", "nme5", "size px", "certainty", "annotated", "camera", "pose")
    rows = tuple(
        (
            face["image"],
            str(face["face"]),
            "not found" if not face["found"] else f"{face['nme5']:.4f}",
            f"{face['size_px']:.0f}",
            Column("certainty", "", ".2f").cell(face),
            *(face["labels"][name] for name in ("annotated", "camera", "pose")),
        )
        for face in faces[:_WORST]
    )
    return Table(f"Worst faces, {scheme}", heading, rows)


def false_table(record: Record, scheme: str) -> Table:
    """Return the boxes without a face."""
    rows = tuple(
        (each["image"], f"{each['score']:.3f}", " ".join(f"{v:.0f}" for v in each["box_px"]))
        for each in record["schemes"][scheme]["false"]
    )
    return Table(f"Boxes without a face, {scheme}", ("image", "score", "box"), rows)


def is_known(face: Mapping[str, Any]) -> bool:
    """Whether a face's record says how good it is: it was not found, or has an error."""
    return not face["found"] or face["nme5"] is not None


def markdown(table: Table) -> str:
    """Return a table in Markdown, without its title."""
    rule = ("---", *("---:" for _ in table.heading[1:]))
    lines = [_line(table.heading), _line(rule, gap=""), *map(_line, table.rows)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str], *, gap: str = " ") -> str:
    words = f"{gap}|{gap}".join(cell.replace("|", "\\|") for cell in cells)
    return f"|{gap}{words}{gap}|"


def _side_by_side(
    parts: Mapping[str, Sequence[Record]], columns: Sequence[Column]
) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows; a column that is the same in all schemes is shown once."""
    heading: list[str] = []
    found: list[list[str]] = []
    for column in columns:
        each = [(name, [column.cell(part) for part in some]) for name, some in parts.items()]
        if all(cells == each[0][1] for _, cells in each):
            each = [("", each[0][1])]
        for name, cells in each:
            heading.append(f"{column.heading} {short(name)}".rstrip())
            found.append(cells)
    return heading, [list(row) for row in zip(*found, strict=True)]


def short(scheme: str) -> str:
    """Return the number of points in a scheme's name, such as 478."""
    return "".join(filter(str.isdigit, scheme))
