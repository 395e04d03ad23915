"""Text matrices as cameras' programs export them."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source

CELSIUS = (np.arange(20 * 24).reshape(20, 24) / 40 + 24).round(2).astype(np.float32)


def text(values=CELSIUS, *, delimiter=",", decimal=".", before="", row_start="") -> str:
    lines = [
        row_start + delimiter.join(f"{v:.2f}".replace(".", decimal) for v in row) for row in values
    ]
    return before + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        (text(), "degrees Celsius"),
        (text(delimiter=";", decimal=","), "degrees Celsius"),
        (text(delimiter="\t"), "degrees Celsius"),
        (text(delimiter=" "), "degrees Celsius"),
        (text(delimiter="\t", decimal=","), "degrees Celsius"),
        (text(delimiter=";", decimal=",", row_start=";"), "degrees Celsius"),
        (text(before="\ufeffFile:;a.jpg\nParameters:;\nEmissivity:;0,95\n\n", delimiter=";",
              decimal=","), "degrees Celsius"),
        (text(before="Temperature (°C)\n"), "degrees Celsius"),
    ],
)  # fmt: skip
def test_matrices_are_read(tmp_path, written, unit):
    (tmp_path / "a.csv").write_text(written, encoding="utf-8")
    (frame,) = open_source(tmp_path / "a.csv")
    np.testing.assert_allclose(frame.values, CELSIUS)
    assert frame.reading.unit == unit
    assert frame.camera.get("emissivity", 0.95) == 0.95


@pytest.mark.parametrize(
    ("head", "factor", "offset", "name"),
    [("Unit: deg F", 9 / 5, 32, "degrees Fahrenheit"), ("Values [K]", 1, 273.15, "kelvin")],
)
def test_the_unit_stands_in_the_header(tmp_path, head, factor, offset, name):
    (tmp_path / "a.csv").write_text(text(CELSIUS * factor + offset, before=f"{head}\n"))
    (frame,) = open_source(tmp_path / "a.csv")
    assert frame.reading.unit == name
    assert name in frame.reading.reason
    np.testing.assert_allclose(frame.celsius(), CELSIUS, atol=0.01)


def test_fahrenheit_can_be_said(tmp_path):
    (tmp_path / "a.csv").write_text(text(CELSIUS * 1.8 + 32))
    (frame,) = open_source(tmp_path / "a.csv", unit="fahrenheit")
    np.testing.assert_allclose(frame.celsius(), CELSIUS, atol=0.01)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8"])
def test_encodings(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(text(before="Größe °C\n").encode(encoding))
    (frame,) = open_source(tmp_path / "a.csv")
    np.testing.assert_allclose(frame.values, CELSIUS)
    assert frame.reading.reason == "the file says degrees Celsius"


def test_numbers_of_rows_and_columns_are_no_temperatures(tmp_path):
    numbered = np.zeros((21, 25))
    numbered[1:, 1:], numbered[1:, 0], numbered[0, 1:] = CELSIUS, np.arange(20), np.arange(24)
    lines = text(numbered).splitlines()
    lines[0] = "," + lines[0].partition(",")[2]  # the corner is empty
    (tmp_path / "a.csv").write_text("\n".join(lines))
    (frame,) = open_source(tmp_path / "a.csv")
    np.testing.assert_allclose(frame.values, CELSIUS)


def test_empty_cells_at_the_rim_are_no_measurement_and_no_end_of_the_row(tmp_path):
    values = CELSIUS.copy()
    values[:3, :2], values[-2:, -3:] = np.nan, np.nan
    (tmp_path / "a.csv").write_text(text(values).replace("nan", ""))
    (frame,) = open_source(tmp_path / "a.csv")
    np.testing.assert_allclose(frame.values, values)
    (tmp_path / "b.csv").write_text(text(values, row_start=";", delimiter=";").replace("nan", ""))
    np.testing.assert_allclose(open_source(tmp_path / "b.csv")[0].values, values)
    (tmp_path / "c.csv").write_text(text(np.where(np.arange(24) < 1, np.nan, CELSIUS)))
    assert open_source(tmp_path / "c.csv")[0].hw == (20, 24)  # "nan" is a cell


def test_a_damaged_matrix_does_not_stand_for_the_one_after_it(tmp_path):
    parts = [text(CELSIUS), text(CELSIUS[:17]), text(CELSIUS + 2)]
    (tmp_path / "a.csv").write_text("next\n".join(parts))
    source = open_source(tmp_path / "a.csv")
    assert source[2].values[0, 0] == 26
    with pytest.raises(InputError, match=r"frame 1: .*\(17, 24\)"):
        source[1]


def test_several_matrices_are_frames(tmp_path):
    body = "".join(f"Frame {i}\n{text(CELSIUS + i)}\n" for i in range(3))
    (tmp_path / "a.csv").write_text(body)
    with open_source(tmp_path / "a.csv") as source:
        assert source.n_frames is None
        with pytest.raises(TypeError):
            len(source)
        seen = list(source)
        assert len(source) == 3
        assert source[1].values[0, 0] == 25
    assert [frame.values[0, 0] for frame in seen] == [24, 25, 26]


def test_a_last_matrix_cut_short_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(text() + "\n" + text(CELSIUS[:17]))
    seen = []
    with pytest.raises(InputError, match=r"1 that cannot be read, the first number 1"):
        seen.extend(open_source(tmp_path / "a.csv"))
    assert len(seen) == 1


@pytest.mark.parametrize("words", ["name,age\nanna,7\n", "1,2,3\n4,5,6\n", "just words\n"])
def test_a_table_is_no_matrix(tmp_path, words):
    (tmp_path / "a.csv").write_text(words)
    with pytest.raises(InputError, match="expected a matrix of numbers as text"):
        open_source(tmp_path / "a.csv")


@pytest.mark.parametrize("head", ["", "Parameters:\nEmissivity:;0.95\n\n", "names", "numbers"])
@pytest.mark.parametrize(("left", "right"), [(1, 0), (2, 0), (0, 1), (0, 3), (3, 2)])
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]
)
def test_an_empty_column_at_the_rim_is_none(tmp_path, delimiter, decimal, left, right, head):
    rows = [[f"{v:.2f}".replace(".", decimal) for v in row] for row in CELSIUS]
    rows = [[f"x{i}" for i in range(24)], *rows] if head == "names" else rows
    rows = [[str(i) for i in range(24)], *rows] if head == "numbers" else rows
    lines = [delimiter.join([""] * left + row + [""] * right) for row in rows]
    before = head if "\n" in head else ""
    (tmp_path / "a.csv").write_text(before + "\n".join(lines), encoding="utf-8")
    (frame,) = open_source(tmp_path / "a.csv")
    np.testing.assert_allclose(frame.values, CELSIUS)


def test_columns_at_the_rim_that_any_row_fills_are_kept(tmp_path):
    """One empty cell before each of the first rows was taken for a delimiter, and 24.0 lost."""
    rows = [";" + ";".join(["30.5"] * 22) + ";"] * 250
    rows += ["", *[";".join(["24.0"] * 24)] * 250]  # the second frame fills both columns
    (tmp_path / "a.csv").write_text("\n".join(rows))
    first, second = open_source(tmp_path / "a.csv")
    assert first.hw == second.hw == (250, 24)
    assert np.isnan(first.values[:, [0, -1]]).all()
    assert (second.values == 24).all()


def test_what_is_left_between_empty_columns_must_be_a_matrix(tmp_path):
    (tmp_path / "a.csv").write_text((";" * 8 + ";".join(["30.5"] * 12) + "\n") * 20)
    with pytest.raises(InputError, match="expected a matrix of numbers as text"):
        open_source(tmp_path / "a.csv")


def test_quoted_cells_with_a_decimal_comma_are_no_two_cells(tmp_path):
    lines = [",".join(f'"{v:.2f}"'.replace(".", ",") for v in row) for row in CELSIUS]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    np.testing.assert_allclose(open_source(tmp_path / "a.csv")[0].values, CELSIUS)


def test_rows_of_whole_numbers_do_not_decide_what_the_decimal_is(tmp_path):
    values = np.concatenate([np.full((17, 24), 24), CELSIUS])
    lines = [";".join(f"{v:g}".replace(".", ",") for v in row) for row in values]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    np.testing.assert_allclose(open_source(tmp_path / "a.csv")[0].values, values)


def test_columns_that_are_empty_at_first_keep_their_place(tmp_path):
    rows = [",".join([""] * 20 + ["30.5"] * 20)] * 250 + [",".join(["31.5"] * 40)] * 50
    (tmp_path / "masked.csv").write_text("\n".join(rows))
    values = open_source(tmp_path / "masked.csv")[0].values
    assert values.shape == (300, 40)
    assert np.isnan(values[0, :20]).all()
    assert values[0, 20] == 30.5
    assert values[-1, 0] == 31.5
    padded = "\n".join(["made by,,,,,,,"] + [",".join(["30.5"] * 20) + ",,,"] * 20)
    (tmp_path / "padded.csv").write_text(padded)
    assert open_source(tmp_path / "padded.csv")[0].hw == (20, 20)
