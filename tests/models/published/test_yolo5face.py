"""The published detector's network: golden rows by torch and ONNX Runtime, any size, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import WeightsError
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT
from tfan.models.runtime import OnnxRuntime

torch = pytest.importorskip("torch", reason="published checkpoints are read by torch")
pytest.importorskip("onnx", reason="ONNX files are written with onnx")

from tfan.models.published.face_detector_onnx import METADATA, detector_onnx  # noqa: E402
from tfan.models.published.yolo5face import build_detector, build_network  # noqa: E402
from tfan.models.published.yolo5face_lean import C3OfTwo, lean  # noqa: E402

GOLDEN_ATOL = 1e-3  # pixels and probabilities; as the issue asks
SAME_ATOL = 1e-3  # between the two that run the same weights


@pytest.fixture(scope="session")
def state(formula):
    return {
        k: torch.from_numpy(np.array(v)) for k, v in formula.formula_state(formula.DETECTOR).items()
    }


@pytest.fixture(scope="session")
def net(formula, state):
    return build_detector(state, formula.detector_config(), source="formula")


@pytest.fixture(scope="session")
def run(net):
    data = detector_onnx(net)
    return OnnxRuntime(data, contract=PUBLISHED_DETECTOR_CONTRACT, source="formula", threads=1)


@pytest.fixture(scope="session")
def golden(formula):
    with np.load(formula.reference("published_detector.npz")) as arrays:
        image = arrays["image_rgb_u8"].transpose(2, 0, 1)[None].astype(np.float32) / 255
        return image, arrays["prediction"]


@torch.inference_mode()
def rows_of(net, image):
    return net(torch.from_numpy(image)).numpy()


def test_golden_rows_by_torch(net, golden):
    image, expected = golden
    np.testing.assert_allclose(rows_of(net, image), expected, atol=GOLDEN_ATOL, rtol=0)


def test_golden_rows_by_onnx_runtime(run, golden):
    image, expected = golden
    (got,) = run(image)
    np.testing.assert_allclose(got, expected, atol=GOLDEN_ATOL, rtol=0)


@pytest.mark.parametrize(
    ("batch", "hw"), [(1, (32, 32)), (1, (416, 480)), (1, (96, 416)), (2, (320, 160))]
)
def test_any_size_gives_the_same_rows_by_both(net, run, batch, hw):
    image = np.random.default_rng(3).random((batch, 3, *hw), np.float32)
    (got,) = run(image)
    cells = sum(hw[0] * hw[1] // stride**2 for stride in (8, 16, 32))
    assert got.shape == (batch, 3 * cells, 16)
    np.testing.assert_allclose(got, rows_of(net, image), atol=SAME_ATOL, rtol=0)


def test_the_file_leaves_out_work_and_the_network_stays_as_it_was(net, golden):
    image, expected = golden
    faster = lean(net)
    assert [n for n, part in enumerate(faster.model) if isinstance(part, C3OfTwo)] == [10, 14]
    assert not any(isinstance(part, C3OfTwo) for part in net.model)
    np.testing.assert_allclose(rows_of(faster, image), expected, atol=GOLDEN_ATOL, rtol=0)


def test_the_file_says_what_it_is(net):
    import onnx

    model = onnx.load_from_string(detector_onnx(net))
    assert {prop.key: prop.value for prop in model.metadata_props} == METADATA | {
        "tfan.licence": "CC-BY-NC-SA-4.0"
    }


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"backbone": "lost"},
        {"nc": 1, "anchors": 3, "backbone": [[-1, 1, "Unheard", [32]]], "head": []},
    ],
)
def test_without_a_usable_configuration_the_published_one_is_taken(state, config, golden):
    image, expected = golden
    got = rows_of(build_detector(state, config, source="x"), image)
    np.testing.assert_allclose(got, expected, atol=GOLDEN_ATOL, rtol=0)


def test_words_that_yaml_left_as_text_are_understood(formula, state, golden):
    config = formula.detector_config()
    config["head"][1][3] = ["None", 2, "nearest"]
    config["head"][3][3] = [128, "False"]
    net = build_network(config, source="x")
    net.load_state_dict(state)
    image, expected = golden
    np.testing.assert_allclose(rows_of(net.eval(), image), expected, atol=GOLDEN_ATOL, rtol=0)


def test_a_configuration_of_another_size_is_followed(formula):
    config = formula.detector_config() | {"depth_multiple": 0.5, "width_multiple": 0.25}
    config["head"][3][3] = [128, True]  # with a shortcut
    net = build_network(config, source="x")
    assert len(net.model[4]) == 4  # round(7 x 0.5), halves to even
    again = build_detector(net.state_dict(), config, source="x")
    assert again.state_dict()["model.6.0.branch2.0.weight"].shape == (64, 64, 1, 1)
    assert again(torch.zeros(1, 3, 64, 32)).shape == (1, 3 * (32 + 8 + 2), 16)
    plain = build_network(config | {"head": formula.detector_config()["head"]}, source="x").eval()
    plain.load_state_dict(again.state_dict())
    ones = torch.ones(1, 16, 4, 4)
    inner = plain.model[10].m(ones)
    torch.testing.assert_close(again.model[10].m(ones), ones + inner)


def drop(state):
    return {name: value for name, value in state.items() if name != "model.7.conv.weight"}


def reshape(state):
    return state | {"model.7.bn.bias": torch.zeros(64)}


def add(state):
    return state | {"model.22.weight": torch.zeros(3)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (drop, r"w\.pt holds no weights .*: expected 'model\.7\.conv\.weight', which is missing"),
        (reshape, r"'model\.7\.bn\.bias' expected shape \(128,\), got \(64,\)"),
        (
            add,
            r"w\.pt holds no weights of the published face detector: it has no 'model\.22\.weight'",
        ),
        (lambda state: {}, r"expected 'model\.0\.stem_1\.conv\.weight', which is missing"),
    ],
)
def test_the_first_wrong_entry_is_named(formula, state, change, sentence):
    with pytest.raises(WeightsError, match=sentence):
        build_detector(change(state), formula.detector_config(), source="w.pt")


@pytest.mark.parametrize(
    ("place", "row"),
    [
        (3, [-1, 1, "os.system", ["true"]]),
        (3, [-1, 1, "Conv", [10**9, 1, 1]]),
        (3, [-1, 10**9, "Conv", [8, 1, 1]]),
        (3, [40, 1, "Conv", [8, 1, 1]]),
        (3, [-1, 1, "Conv", []]),
        (3, [-1, 1, "nn.Upsample", [None, 0, "nearest"]]),
        (3, [-1, 1, "nn.Upsample", [None, 2, "bilinear"]]),
        (3, [[-1, 0], 1, "Concat", [1]]),
        (3, "nothing"),
        (3, [-1, 1, "Conv", [float("inf"), 1, 1]]),
        (3, [-1, float("inf"), "Conv", [8, 1, 1]]),
        (3, [-1, 1, "Conv", [8, 10**30, 1]]),
        (3, [-1, 1, "Conv", [8, "three", 1]]),
        (3, [-1, 1, "nn.Upsample", [None, float("inf"), "nearest"]]),
        (3, [-1, 1, ["Conv"], [8, 1, 1]]),
        (3, [None, 1, "Conv", [8, 1, 1]]),
    ],
)
def test_a_part_that_cannot_be_built_is_named(formula, place, row):
    config = formula.detector_config()
    config["backbone"][place] = row
    with pytest.raises(WeightsError, match=r"w\.pt: part 3 of model_cfg cannot be built: "):
        build_network(config, source="w.pt")


@pytest.mark.parametrize(
    "change",
    [
        {"nc": 2},
        {"nc": "many"},
        {"nc": float("inf")},
        {"anchors": None},
        {"anchors": []},
        {"head": None},
        {"depth_multiple": 10**400},
        {"width_multiple": []},
    ],
)
def test_a_configuration_of_no_face_detector_is_refused(formula, change):
    with pytest.raises(WeightsError, match=r"w\.pt: model_cfg describes no face detector"):
        build_network(formula.detector_config() | change, source="w.pt")


def test_a_configuration_must_end_in_the_head(formula):
    config = formula.detector_config()
    config["head"].pop()
    with pytest.raises(WeightsError, match="end in Detect, got C3"):
        build_network(config, source="w.pt")
