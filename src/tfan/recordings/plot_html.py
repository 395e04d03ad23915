"""The plot of a recording as a page that stands alone: no network, no library, values on hover."""

from __future__ import annotations

import html
import json
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from tfan.recordings.bins import Bins, choose_curves, gather, seen_words, title_of
from tfan.recordings.plot import COLOURS, LEAST_RANGE_CELSIUS, NOBODY, styles
from tfan.recordings.tracks import Person, Rows, Summary
from tfan.types import AnyArray
from tfan.viz import confidence_colours

_DECIMALS = 3


def plot_page(rows: Rows, summary: Summary) -> str:
    """Return the page: what `draw_plot` shows, every region to be switched on and off."""
    heading = rows.heading
    binned = gather(rows, summary, heading.regions)
    shown = choose_curves(heading.regions)
    title = title_of(summary)
    said = f"{summary.n_read} frames, {summary.coverage:.0%} of them with somebody measured"
    left_out = len(summary.people) - len(binned.people)
    if left_out:
        said += f"; {left_out} more people were seen for a shorter time"
    data = {
        "x": _plain(binned.x),
        "label": binned.label,
        "short": "time" if binned.timed else "frame",
        "unit": "°C" if heading.regions else "quality",
        "least": LEAST_RANGE_CELSIUS if heading.regions else 1.0,
        "people": [_person(one, bins, heading.regions, shown) for one, bins in binned.people],
    }
    page = Template((resources.files("tfan.recordings") / "data" / "plot.html").read_text("utf-8"))
    told = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return page.substitute(title=html.escape(title), said=html.escape(said), data=told)


def _person(
    one: Person, bins: Bins, regions: tuple[str, ...], shown: tuple[str, ...]
) -> dict[str, Any]:
    means = bins.means()
    curves = [
        {"name": name.replace("_", " "), "colour": _hex(colour), "dashed": dashed,
         "shown": name in shown, "values": _plain(means[i])}
        for i, (name, (colour, dashed)) in enumerate(zip(regions, styles(regions), strict=True))
    ] or [
        {"name": "quality", "colour": _hex(COLOURS[0]), "dashed": False, "shown": True,
         "values": _plain(means[-1])}
    ]  # fmt: skip
    colours = confidence_colours(means[-1])
    colours[~np.isfinite(means[-1])] = NOBODY
    return {
        "title": f"person {one.track_id}: {seen_words(one)}",
        "measured": bool(regions),
        "curves": curves,
        "quality": _plain(means[-1]),
        "colours": [_hex(colour) for colour in colours],
    }


def _plain(values: AnyArray) -> list[float | None]:
    return [round(float(v), _DECIMALS) if np.isfinite(v) else None for v in values]


def _hex(colour: Any) -> str:
    red, green, blue = (int(level) for level in colour)
    return f"#{red:02x}{green:02x}{blue:02x}"
