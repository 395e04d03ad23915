from __future__ import annotations

from dataclasses import replace

import numpy as np

from tfan.robustness.measures import MEASURES
from tfan.robustness.publish import publish
from tfan.robustness.report import axis_table, verdict_of, write_comparison, write_report
from tfan.robustness.summary import compare


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_table_has_a_row_a_step_and_a_column_a_measure(made_up):
    run = made_up("yaw")
    run.values["nme_478"][0] = np.float32(0.025)
    run.values["sigma"][0], run.values["error"][0] = np.float32(0.03), np.float32(0.02)
    run.values["found_nme_478"][0] = np.nan
    head, _, first, *rest = axis_table(run).splitlines()
    assert cells(head)[1:-1] == [
        f"{one.title}, %" if one.percent else one.title for one in MEASURES.values()
    ]
    row = dict(zip(cells(head), cells(first), strict=True))
    assert row["step"] == "0"
    assert row["NME 478, %"] == "2.50 ± 0.00"
    assert row["sigma / error"] == "1.50"
    assert row["NME 478 of found, %"] == "-"
    assert len(rest) == len(run.labels) - 1


def test_the_page_says_where_its_numbers_come_from(made_up, provenance):
    page = write_report(provenance, [made_up("yaw"), made_up("blur")], verdict="")
    assert provenance.command in page
    assert "tfan 1.2.3, seed 7, 40 faces" in page
    for name, digest in provenance.files.values():
        assert f"| {name} | `{digest}` |" in page
    assert page.index("(blur.png)") > page.index("(yaw.png)") > 0


def test_what_became_worse_is_said_loudly(made_up, provenance):
    old, new = made_up("yaw"), made_up("yaw", nme_70=0.004)
    differences = compare([new], [old])
    verdict = verdict_of(differences, earlier=provenance)
    assert verdict.startswith(f"**WORSE at {len(new.labels)} of {len(differences)} comparisons**")
    assert "landmarks llllllllllll" in verdict
    page = write_comparison(differences, verdict=verdict)
    worse = page.split("## Worse")[1].split("## All")[0].strip().splitlines()[2:]
    assert [cells(line)[1] for line in worse] == list(new.labels)
    assert all("**WORSE**" in line and "NME 70" in line and "+0.40" in line for line in worse)


def test_nothing_worse_is_said_calmly(made_up, provenance):
    run = made_up("yaw")
    verdict = verdict_of(compare([run], [run]), earlier=provenance)
    assert verdict.startswith("Worse at none of ")
    assert "DIFFERENT PICTURES" not in verdict
    strangers = replace(run, pictures=run.pictures + np.uint32(1))
    assert "DIFFERENT PICTURES" in verdict_of(compare([strangers], [run]), earlier=provenance)


def test_publishing_leaves_everything_in_the_folder(tmp_path, made_up, provenance):
    old, new = made_up("yaw"), made_up("yaw", nme_70=0.004)
    assert publish(tmp_path / "old", provenance, [old], earlier=None) == ""
    files = {"results.json", "faces.npz", "README.md", "yaw.png"}
    assert {path.name for path in (tmp_path / "old").iterdir()} == files
    verdict = publish(tmp_path / "new", provenance, [new], earlier=(provenance, [old]))
    assert verdict in (tmp_path / "new" / "README.md").read_text()
    assert verdict in (tmp_path / "new" / "against.md").read_text()
