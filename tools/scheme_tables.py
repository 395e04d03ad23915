"""Write the tables of docs/reference/schemes.md from the tables of the program.

python tools/scheme_tables.py
"""

from __future__ import annotations

import re
from pathlib import Path

from tfan.io.files import replace_text
from tfan.landmarks import NETWORK_SCHEMES, SCHEMES, Scheme, correspondence, load_scheme
from tfan.models.adapter import way

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "schemes.md"
WORDS = {"exact": "exact", "adapter": "adapter", "near": "near", "none": "-"}
ORDERED = [name for name in SCHEMES if load_scheme(name).parts]


def scheme_table() -> str:
    """Return one row a scheme: what it has, and where that was read."""
    lines = [
        "| scheme | points | parts | lines | mirror | read in |",
        "|---|---:|---|---:|---|---|",
    ]
    return "\n".join([*lines, *map(_scheme_row, map(load_scheme, SCHEMES))])


def _scheme_row(scheme: Scheme) -> str:
    parts = ", ".join(f"{name} {_indices(rows)}" for name, rows in scheme.parts.items())
    if scheme.name in NETWORK_SCHEMES and scheme.n_points > 100:
        parts = ", ".join(scheme.parts) + "; the rest is skin"
    cells = [
        f"`{scheme.name}`", str(scheme.n_points), parts or "not published",
        str(len(scheme.edges)), "yes" if scheme.mirror.size else "not known", scheme.source,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _indices(rows: tuple[int, ...]) -> str:
    return str(rows[0]) if len(rows) == 1 else f"{min(rows)}-{max(rows)}"


def way_table() -> str:
    """Return how `tfan.models.adapter.adapt` gets from each scheme to each."""
    lines = [f"| from, to | {' | '.join(ORDERED)} |", f"|---|{'---|' * len(ORDERED)}"]
    for one in ORDERED:
        cells = ["" if one == other else WORDS[way(one, other)] for other in ORDERED]
        lines.append(f"| `{one}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def count_table() -> str:
    """Return how many points of each scheme another has: the same ones, and with near ones."""
    lines = [f"| from, to | {' | '.join(ORDERED)} |", f"|---|{'---|' * len(ORDERED)}"]
    for one in ORDERED:
        cells = ["" if one == other else _counts(one, other) for other in ORDERED]
        lines.append(f"| `{one}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _counts(one: str, other: str) -> str:
    same, near = (int(correspondence(one, other, near=n).mask.sum()) for n in (False, True))
    return str(same) if same == near else f"{same}, {near}"


TABLES = {"schemes": scheme_table, "ways": way_table, "counts": count_table}


def filled(page: str) -> str:
    """Return a page with each table between its marks written anew."""
    for name, table in TABLES.items():
        marks = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        page, count = re.subn(marks, lambda m, t=table: f"{m[1]}{t()}\n{m[2]}", page, flags=re.S)
        assert count == 1, name
    return page


if __name__ == "__main__":
    replace_text(PAGE, filled(PAGE.read_text(encoding="utf-8")))
