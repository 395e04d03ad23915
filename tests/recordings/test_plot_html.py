"""The page of a recording: alone, whole, and drawn by a browser's rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from tfan.recordings import FrameRow, summarise
from tfan.recordings.plot import draw_plot
from tfan.recordings.plot_html import plot_page
from tfan.rois import RegionReading

NAMES = ("nose_tip", "left_cheek")
BROWSER = """
const made = [];
function node(name) {
  const one = { name, facts: {}, style: {}, children: [], text: "",
    setAttribute(key, value) { this.facts[key] = String(value); },
    appendChild(child) { this.children.push(child); },
    getBoundingClientRect() { return { left: 0, width: 960 }; } };
  Object.defineProperty(one, "textContent", {
    get() { return one.text; }, set(value) { one.text = String(value); one.children = []; } });
  made.push(one);
  return one;
}
const data_element = node("script"), people = node("div");
data_element.text = DATA;
globalThis.document = { createElement: node, createElementNS: (_, name) => node(name),
  getElementById: id => id === "data" ? data_element : people };
"""
LOOK = """
const chart = people.children.find(one => one.name === "svg");
const told = people.children.find(one => one.name === "div");
chart.onmousemove({ clientX: 960 });
const paths = chart.children.filter(one => one.name === "path").map(one => one.facts.d);
people.children.filter(one => one.name === "div")[1].children[0].onclick();
const after = chart.children.filter(one => one.name === "path").length;
const all = JSON.stringify(made.map(one => one.facts));
console.log(JSON.stringify({ told: told.text, paths, after, broken: /NaN|undefined/.test(all) }));
"""


def reading(name, celsius):
    return RegionReading(name, *[celsius] * 6, 0.1, 30.0, 1.0)


@pytest.fixture
def rows(kept):
    """Ten frames of one person; the cheek is never seen, nobody is in frames 4 and 5."""
    first = kept.rows[0].people[0]

    def row(number):
        one = replace(
            first,
            readings=(reading("nose_tip", 33 + 0.1 * number), reading("left_cheek", np.nan)),
        )
        people = () if number in (4, 5) else (one,)
        return FrameRow(number, number / 10, "none", 0.0, people)

    heading = replace(kept.heading, regions=NAMES, source="a/<b> & $name.tif")
    return replace(kept, heading=heading, rows=tuple(map(row, range(10))))


def data_of(page):
    return re.search(r'type="application/json">(.*?)</script>', page, re.S)[1]


def test_page_holds_the_values_and_asks_nobody_for_more(rows):
    page = plot_page(rows, summarise(rows))
    data = json.loads(data_of(page))
    assert data["x"] == [n / 10 for n in range(10)]
    (person,) = data["people"]
    nose, cheek = person["curves"]
    assert nose["values"] == [None if n in (4, 5) else round(33 + 0.1 * n, 3) for n in range(10)]
    assert cheek["values"] == [None] * 10
    assert (nose["dashed"], cheek["dashed"]) == (False, True)
    assert person["colours"][4] == "#dedede" != person["colours"][3]
    assert "<title>&lt;b&gt; &amp; $name.tif</title>" in page
    assert not re.findall(r"(?:src|href)\s*=|@import|url\(", page)
    assert set(re.findall(r"https?://[^\"']+", page)) == {"http://www.w3.org/2000/svg"}  # a name


def test_page_without_temperatures_or_anybody(kept):
    nothing = replace(kept, heading=replace(kept.heading, regions=(), meaning="pixel"))
    data = json.loads(data_of(plot_page(nothing, summarise(nothing))))
    assert [curve["name"] for curve in data["people"][0]["curves"]] == ["quality"]
    nobody = replace(kept, rows=(FrameRow(0, float("nan"), "none", 0.0, ()),))
    assert json.loads(data_of(plot_page(nobody, summarise(nobody))))["people"] == []


def test_names_cannot_end_the_script(rows):
    odd = replace(rows, heading=replace(rows.heading, regions=("</script><b>", "left_cheek")))
    page = plot_page(odd, summarise(odd))
    assert json.loads(data_of(page))["people"][0]["curves"][0]["name"] == "</script><b>"


def test_names_that_are_no_text_can_be_written(rows):
    heading = replace(rows.heading, source="d\udcff.png")  # how Python tells a byte 255 in a name
    rows = replace(rows, heading=heading)
    assert "<h1>d?.png</h1>" in plot_page(rows, summarise(rows)).encode().decode()
    plain = replace(rows, heading=replace(heading, source="d?.png"))
    drawn = draw_plot(rows, summarise(rows))  # OpenCV takes the whole process with it
    np.testing.assert_array_equal(drawn, draw_plot(plain, summarise(plain)))


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the page's program")
def test_the_program_draws_and_reads_values_out(rows):
    page = plot_page(rows, summarise(rows))
    program = re.findall(r"<script>(.*?)</script>", page, re.S)[0]
    browser = BROWSER.replace("DATA", json.dumps(data_of(page)))
    ran = subprocess.run(
        ["node", "-"], input="\n".join([browser, program, LOOK]).replace('"use strict";', ""),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["told"].startswith("time 0.9: nose tip 33.90, left cheek –; quality 0.80")
    nose, cheek = seen["paths"]
    assert (nose.count("M"), nose.count("L")) == (2, 6)  # the line breaks where nobody is
    assert cheek == ""
    assert seen["after"] == 1
    assert not seen["broken"]
