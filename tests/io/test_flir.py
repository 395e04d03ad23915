"""FLIR files: every byte order, every packing, overrides, and what is left of broken ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source
from tfan.thermal import radiometry
from tfan.thermal.radiometry import Air

REFERENCE = Path(__file__).parent / "data" / "flir_reference.json"
TOLERANCE_CELSIUS = 0.1


def scene(shape=(20, 24)) -> np.ndarray:
    """Smooth counts: whether they are is how the byte order inside PNG is told."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (3800 + 7 * x + 11 * y).astype(np.uint16)


def counts_of(path: Path) -> list[np.ndarray]:
    return [frame.values for frame in open_source(path, unit="counts")]


@pytest.mark.parametrize("header", "<>")
@pytest.mark.parametrize("body", "<>")
@pytest.mark.parametrize("packed", ["raw", "png", "swapped png", "jpeg-ls"])
def test_counts_come_back_in_every_byte_order_and_packing(
    tmp_path, write_fff, header, body, packed
):
    path = tmp_path / "a.fff"
    path.write_bytes(write_fff(scene(), header=header, body=body, packed=packed))
    np.testing.assert_array_equal(counts_of(path)[0], scene())


def test_both_byte_orders_give_the_same_temperatures(tmp_path, write_fff):
    read = []
    for i, (header, body) in enumerate(["<<", ">>", "><"]):
        path = tmp_path / f"{i}.fff"
        path.write_bytes(write_fff(scene(), header=header, body=body))
        read.append(open_source(path)[0])
    for other in read[1:]:
        np.testing.assert_array_equal(other.values, read[0].values)
        assert other.camera == read[0].camera
    assert read[0].camera["model"] == "TEST T420"
    assert read[0].camera["taken"] == "2020-09-13T13:26:40.000+01:00"


def test_jpeg_in_many_parts(tmp_path, write_fff, write_rjpeg):
    alone, inside = tmp_path / "a.fff", tmp_path / "a.jpg"
    alone.write_bytes(write_fff(scene()))
    inside.write_bytes(write_rjpeg(write_fff(scene()), 700))
    with open_source(inside) as source:
        assert source.kind == "FLIR R-JPEG"
        frame = source[0]
    np.testing.assert_array_equal(frame.values, open_source(alone)[0].values)
    assert frame.reading.unit == "degrees Celsius"
    assert "emissivity 0.95" in frame.reading.reason


def test_a_lost_part_of_a_jpeg_is_said(tmp_path, write_fff, write_rjpeg):
    data = write_rjpeg(write_fff(scene()), 700)
    first = data.index(b"FLIR\0\1\0") - 4
    second = data.index(b"FLIR\0\1\1") - 4
    (tmp_path / "a.jpg").write_bytes(data[:first] + data[second:])
    with pytest.raises(InputError, match=r"expected a whole FLIR R-JPEG, got 5 of 6 parts"):
        open_source(tmp_path / "a.jpg")


def test_what_the_caller_knows_goes_before_the_file(tmp_path, write_fff):
    path, other = tmp_path / "a.fff", tmp_path / "b.fff"
    path.write_bytes(write_fff(scene()))
    other.write_bytes(write_fff(scene(), emissivity=0.6, distance_m=7.0, reflected=303.15))
    given = {"emissivity": 0.6, "distance_m": 7.0, "reflected_celsius": 30.0}
    asked = open_source(path, **given)[0]
    np.testing.assert_allclose(asked.values, open_source(other)[0].values, atol=1e-4)
    assert np.abs(asked.values - open_source(path)[0].values).min() > 1
    assert {name: asked.camera[name] for name in given} == given
    assert "emissivity 0.6, 7 m, reflected 30 °C" in asked.reading.reason


def test_overrides_need_raw_counts(tmp_path, frames):
    np.save(tmp_path / "a.npy", frames)
    with pytest.raises(InputError, match=r"raw counts and the camera's constants, got NPY"):
        list(open_source(tmp_path / "a.npy", emissivity=0.9))


@pytest.mark.parametrize(
    "wrong", [{"emissivity": 0}, {"emissivity": 1.2}, {"distance_m": -1}, {"fps": 0}]
)
def test_impossible_conditions_are_refused(tmp_path, wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        open_source(tmp_path / "a.fff", **wrong)


def test_without_constants_counts_stay_counts(tmp_path, write_fff):
    path = tmp_path / "a.fff"
    path.write_bytes(write_fff(scene(), planck={}))
    frame = open_source(path)[0]
    assert frame.reading.meaning == "pixel"
    assert "without the camera's constants" in frame.reading.reason
    np.testing.assert_array_equal(frame.values, scene())


def test_counts_in_centikelvin_can_be_said(tmp_path, write_fff):
    counts = scene() + 27_000
    (tmp_path / "a.fff").write_bytes(write_fff(counts, planck={}))
    frame = open_source(tmp_path / "a.fff", unit="flir-10mk")[0]
    np.testing.assert_allclose(frame.celsius(), counts / 100 - 273.15, atol=1e-4)


@pytest.fixture
def sequence(write_fff) -> list[bytes]:
    return [write_fff(scene() + 100 * i, seconds=1_600_000_000 + i / 8) for i in range(4)]


def test_sequence_by_order_and_by_number(tmp_path, sequence):
    (tmp_path / "a.seq").write_bytes(b"".join(sequence))
    with open_source(tmp_path / "a.seq", unit="counts") as source:
        assert source.kind == "FLIR SEQ"
        assert len(source) == 4
        assert [frame.time_s for frame in source] == pytest.approx([0, 0.125, 0.25, 0.375])
        np.testing.assert_array_equal(source[2].values, scene() + 200)
        assert source[-1].index == 3
        assert [frame.index for frame in source.frames(2)] == [2, 3]
        assert source[3].time_s == pytest.approx(0.375)
        with pytest.raises(IndexError, match="no frame 4"):
            source[4]


def test_seeking_first_knows_where_time_begins(tmp_path, sequence):
    (tmp_path / "a.seq").write_bytes(b"".join(sequence))
    assert open_source(tmp_path / "a.seq")[2].time_s == pytest.approx(0.25)


def test_cut_anywhere_gives_the_whole_frames_and_one_sentence(tmp_path, sequence):
    data = b"".join(sequence)
    path = tmp_path / "a.seq"
    for size in range(len(sequence[0]) + 1, len(data), 331):
        path.write_bytes(data[:size])
        whole, said = [], ""
        with open_source(path, unit="counts") as source:
            try:
                whole.extend(source)
            except InputError as error:
                said = str(error)
        assert [frame.index for frame in whole] == list(range(len(whole)))
        for frame in whole:
            np.testing.assert_array_equal(frame.values, scene() + 100 * frame.index)
        n_raw = sum(size >= i * len(sequence[0]) + 128 + 32 + 960 for i in range(4))
        assert len(whole) == n_raw  # the camera's record comes last and may lack
        rest = size - len(whole) * len(sequence[0])
        assert bool(said) == (64 < rest < len(sequence[0]))


def test_bytes_missing_in_the_middle_cost_one_frame(tmp_path, sequence):
    broken = sequence[1][:700] + sequence[1][900:-2476]
    path = tmp_path / "a.seq"
    path.write_bytes(sequence[0] + broken + sequence[2] + sequence[3])
    seen = []
    with pytest.raises(InputError, match=r"got 1 that cannot be read, the first number 1"):
        seen.extend((f.index, int(f.values[0, 0])) for f in open_source(path, unit="counts"))
    # list.extend keeps what came before the error
    assert seen == [(0, 3800), (2, 4000), (3, 4100)]


def test_magic_bytes_among_counts_are_no_frame(tmp_path, write_fff):
    counts = scene()
    counts[3, :2] = np.frombuffer(b"FFF\0", "<u2")
    (tmp_path / "a.seq").write_bytes(write_fff(counts) * 2)
    assert len(open_source(tmp_path / "a.seq")) == 2


def test_a_file_without_frames_is_refused(tmp_path):
    (tmp_path / "a.seq").write_bytes(b"FFF\0" + bytes(500))
    with pytest.raises(InputError, match="expected a FLIR file, got no frame of the FFF format"):
        open_source(tmp_path / "a.seq")


@pytest.mark.parametrize("name", sorted(json.loads(REFERENCE.read_text())["files"]))
def test_temperatures_agree_with_an_independent_reader(shared, name):
    told = json.loads(REFERENCE.read_text())["files"][name]
    celsius = open_source(shared / "eval" / "radiometric" / name)[0].celsius()
    assert list(celsius.shape) == told["shape"]
    rows, columns = np.array(told["pixels"]).T
    expected = np.array(told["celsius"])
    near = expected < 60  # hotter than people: the two treat 1 m of air differently, 0.15 at 98
    assert near.any()
    assert np.abs(celsius[rows, columns] - expected)[near].max() < TOLERANCE_CELSIUS
    assert np.abs(celsius[rows, columns] - expected).max() < 0.16


@pytest.mark.parametrize("name", sorted(json.loads(REFERENCE.read_text())["files"]))
def test_the_path_through_air_is_the_only_difference(shared, name, monkeypatch):
    """That reader halves the path around a window that is not there; so do we here."""
    whole = Air.transmission
    monkeypatch.setattr(
        Air, "transmission", lambda air, d, celsius, rh: whole(air, d / 2, celsius, rh) ** 2
    )
    radiometry._table.cache_clear()
    told = json.loads(REFERENCE.read_text())["files"][name]
    celsius = open_source(shared / "eval" / "radiometric" / name)[0].celsius()
    radiometry._table.cache_clear()
    rows, columns = np.array(told["pixels"]).T
    assert np.abs(celsius[rows, columns] - np.array(told["celsius"])).max() < 0.001


@pytest.mark.parametrize(
    ("name", "hw", "low", "high"),
    [
        ("LJMUAstroecology_flirpy__test_test_data_frame_000000.fff", (512, 640), 9, 13),
        ("LJMUAstroecology_flirpy__test_test_data_frame_000000_le.fff", (240, 320), 22, 30),
        ("SanNianYiSi_thermal_parser__images_DJI_XT2.jpg", (512, 640), 21, 83),
        ("gtatters_Thermimage__inst_extdata_SampleSEQ.seq", (480, 640), 18, 39),
        ("gtatters_Thermimage__inst_extdata_SampleCSQ.csq", (768, 1024), 15, 36),
    ],
)
def test_real_files_are_plausible(shared, name, hw, low, high):
    if name.endswith("csq"):
        pytest.importorskip("jpeg_ls")
    for frame in open_source(shared / "eval" / "radiometric" / name):
        assert frame.hw == hw
        assert low < frame.values.min()
        assert frame.values.max() < high
