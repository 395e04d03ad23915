"""torch runs the same files with the same answers as ONNX Runtime."""

from __future__ import annotations

import itertools
import pickle
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError, WeightsError
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.registry import find, read_bundled
from tfan.models.runtime import Contract, open_runtime

torch = pytest.importorskip("torch", reason="backend 'torch' is tested")
onnx = pytest.importorskip("onnx", reason="backend 'torch' reads files with onnx")

from tfan.models import torch_runtime  # noqa: E402
from tfan.models.devices import StartError  # noqa: E402
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT  # noqa: E402
from tfan.models.torch_graph import read_graph, run_graph  # noqa: E402
from tfan.models.torch_runtime import TorchRuntime  # noqa: E402

ATOL = 1e-4  # as the issue asks; 1e-5 is seen


def crops(count: int, side: int = 128) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 1, side, side)).astype(np.float32)


def image(height: int, width: int, colours: int = 1) -> np.ndarray:
    return np.random.default_rng(7).random((1, colours, height, width)).astype(np.float32)


def load(data: bytes, backend: str = "torch", **changes):
    settings = {"contract": LANDMARK_CONTRACT, "source": "own.onnx", "backend": backend}
    return open_runtime(data, **(settings | changes))


def check_twins(data: bytes, batches: list[np.ndarray], contract: Contract):
    ours, other = (load(data, name, contract=contract) for name in ("torch", "onnxruntime"))
    assert (ours.backend, other.backend) == ("torch", "onnxruntime")
    assert (ours.device, other.device) == ("cpu", "cpu")
    assert list(ours.output_shapes()) == list(other.output_shapes())
    for batch in batches:
        for got, expected in zip(ours(batch), other(batch), strict=True):
            assert (got.dtype, got.shape) == (expected.dtype, expected.shape)
            np.testing.assert_allclose(got, expected, rtol=ATOL, atol=ATOL)


def test_bundled_landmarks():
    data = read_bundled(find("landmarks"))
    check_twins(data, [crops(1), crops(5)], LANDMARK_CONTRACT)


def test_bundled_detector():
    data = read_bundled(find("detector"))
    check_twins(data, [image(256, 320), image(320, 192)], DETECTOR_CONTRACT)


def test_small_networks(landmark_bytes, detector_bytes):
    check_twins(landmark_bytes, [crops(2)], LANDMARK_CONTRACT)
    check_twins(detector_bytes, [image(64, 96)], DETECTOR_CONTRACT)


def test_mobilenet_with_relu6_global_pool_and_groups():
    """A network as MobileNetV2 exports it, with each kind of its layers."""
    nn = torch.nn
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 8, 3, 2), nn.BatchNorm2d(8), nn.ReLU6(),
        nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.ReLU6(), nn.Conv2d(8, 16, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 6), nn.LeakyReLU(0.01),
    ).eval()  # fmt: skip
    contract = Contract("small", "crops", ("points",))
    check_twins(exported(net, contract), [crops(1, 32), crops(3, 32)], contract)


def exported(net, contract: Contract) -> bytes:
    import io
    import warnings

    written = io.BytesIO()
    names = [contract.input_name, *contract.output_names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (torch.zeros(2, 1, 32, 32),), written, dynamo=False, opset_version=17,
            input_names=names[:1], output_names=names[1:],
            dynamic_axes={name: {0: "batch"} for name in names},
        )  # fmt: skip
    return written.getvalue()


@pytest.mark.data
def test_published_landmarks(published_bytes):
    check_twins(published_bytes["landmarker_70"], [crops(2, 224)], LANDMARK_CONTRACT)


@pytest.mark.data
def test_published_detector(published_bytes):
    data = published_bytes["detector_yolov5n_face"]
    check_twins(data, [image(256, 320, 3), image(64, 96, 3)], PUBLISHED_DETECTOR_CONTRACT)


@pytest.fixture(scope="module")
def published_bytes(tmp_path_factory) -> dict[str, bytes]:
    """ONNX bytes of published networks with the weights of the formula."""
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    from tfan.models.published.convert import convert_file

    place = Path(__file__).with_name("published") / "formula.py"
    spec = spec_from_file_location("published_formula_for_torch", place)
    formula = module_from_spec(spec)
    spec.loader.exec_module(formula)
    folder = tmp_path_factory.mktemp("published")
    made = {}
    for kind in ("landmarker_70", "detector_yolov5n_face"):
        source = formula.write_checkpoint(kind, folder / f"{kind}.pt")
        made[kind] = convert_file(source, folder / f"{kind}.onnx").path.read_bytes()
    return made


def test_half_precision_weights_are_single_once_read():
    data = read_bundled(find("landmarks"))
    assert 10 in {stored.data_type for stored in onnx.load_from_string(data).graph.initializer}
    graph = read_graph(data, source="landmarks.onnx")
    kinds = {value.dtype for value in graph.constants.values()}
    assert torch.float16 not in kinds
    assert torch.float32 in kinds


def test_values_are_let_go_after_their_last_use():
    graph = read_graph(read_bundled(find("detector")), source="detector.onnx")
    made = [name for step in graph.steps for name in step.outputs]
    let_go = [name for step in graph.steps for name in step.done]
    assert len(let_go) == len(set(let_go))
    assert {*let_go, *graph.outputs} == {*made, *graph.inputs}


def test_a_chain_holds_one_value_at_a_time():
    make = onnx.helper
    names = ["crops", "a", "b", "c", "points"]
    nodes = [make.make_node("Relu", [x], [y]) for x, y in itertools.pairwise(names)]
    info = [make.make_tensor_value_info(name, 1, ["B"]) for name in (names[0], names[-1])]
    model = make.make_model(make.make_graph(nodes, "chain", info[:1], info[1:]))
    graph, made, alive = read_graph(model.SerializeToString(), source="chain"), [], []

    def watched(step):
        def run(*inputs):
            alive.append(sum(reference() is not None for reference in made))
            answer = step.run(*inputs)
            made.append(weakref.ref(answer))
            return answer

        return replace(step, run=run)

    steps = tuple(watched(step) for step in graph.steps)
    run_graph(replace(graph, steps=steps), {"crops": torch.ones(3)})
    assert alive == [0, 1, 1, 1]


def test_pickle_keeps_the_answers(landmark_bytes):
    runtime = load(landmark_bytes)
    again = pickle.loads(pickle.dumps(runtime))
    assert (again.device, again.backend) == ("cpu", "torch")
    for one, other in zip(runtime(crops(2)), again(crops(2)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_pickle_does_not_carry_the_threads_of_a_process(landmark_bytes, monkeypatch):
    frozen = pickle.dumps(load(landmark_bytes, threads=torch.get_num_threads()))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 97)
    assert pickle.loads(frozen).backend == "torch"


def test_threads_get_their_own_answers(landmark_bytes):
    runtime = load(landmark_bytes)
    expected = [runtime(crops(n))[0] for n in range(1, 7)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(n, pool.submit(runtime, crops(n))) for _ in range(3) for n in range(1, 7)]
        for n, job in jobs:
            np.testing.assert_array_equal(job.result()[0], expected[n - 1])


def test_answers_are_the_callers_own(landmark_bytes):
    runtime = load(landmark_bytes)
    first = runtime(crops(2))
    expected = [answer.copy() for answer in first]
    for answer in first:
        answer[:] = 9
    for again, kept in zip(runtime(crops(2)), expected, strict=True):
        np.testing.assert_array_equal(again, kept)


def test_a_constant_output_is_the_callers_own_too():
    make = onnx.helper
    stored = onnx.numpy_helper.from_array(np.ones((2, 3), np.float32), "points")
    node = make.make_node("Relu", ["crops"], ["warm"])
    info = [make.make_tensor_value_info(n, 1, ["B", 3]) for n in ("crops", "points", "warm")]
    graph = make.make_graph([node], "constant", info[:1], info[1:], [stored])
    data = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)]).SerializeToString()
    runtime = load(data, contract=Contract("small", "crops", ("points",)))
    runtime(np.ones((1, 3), np.float32))[0][:] = 5
    assert runtime(np.ones((1, 3), np.float32))[0].tolist() == [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize("change", [np.asfortranarray, lambda x: x[:, :, ::-1], "read-only"])
def test_any_memory_order(landmark_bytes, change):
    runtime, batch = load(landmark_bytes), crops(2)
    if change == "read-only":
        changed = batch.copy()
        changed.setflags(write=False)
    else:
        changed = change(batch)
    for one, other in zip(runtime(changed), runtime(changed.copy()), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", [(1, 1, 64, 64), (1, 128, 128), (1, 3, 128, 128)])
def test_batches_of_another_shape_are_refused(landmark_bytes, shape):
    with pytest.raises(InputError, match=r"crops: expected \(B, 1, 128, 128\), got \("):
        load(landmark_bytes)(np.zeros(shape, np.float32))


def test_threads_are_never_set_for_the_whole_process(landmark_bytes):
    before = torch.get_num_threads()
    assert load(landmark_bytes, threads=before).backend == "torch"
    sentence = (
        rf"threads: expected None or {before}, which torch has for the whole process, got "
        rf"{before + 1}\. Call torch.set_num_threads\({before + 1}\) before, or use "
    )
    with pytest.raises(InputError, match=sentence):
        load(landmark_bytes, threads=before + 1)
    with pytest.raises(InputError, match="threads: expected a whole number from 1, got 0"):
        load(landmark_bytes, threads=0)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("part", [0, 0.5, 0.999])
def test_truncated_files_are_refused(landmark_bytes, part):
    with pytest.raises(
        WeightsError, match=r"own.onnx cannot be read as an ONNX network; it is cut"
    ):
        load(landmark_bytes[: int(len(landmark_bytes) * part)])


def test_another_network_is_refused(landmark_bytes):
    sentence = r"own.onnx is no detector network of tfan: expected image -> cells, got crops -> poi"
    with pytest.raises(WeightsError, match=sentence):
        load(landmark_bytes, contract=DETECTOR_CONTRACT)


def test_a_device_that_does_not_start_is_an_error_of_its_own(landmark_bytes):
    if torch.cuda.is_available():
        pytest.skip("this torch can use CUDA")
    with pytest.raises(StartError, match=r"device: expected one that torch .* can start, got 'cud"):
        TorchRuntime(landmark_bytes, contract=LANDMARK_CONTRACT, source="own", device="cuda:0")


def test_tensors_of_one_step_meet_on_the_accelerator():
    """torch's "meta" device stands for an accelerator: it has shapes and no numbers."""
    graph = read_graph(read_bundled(find("landmarks")), source="landmarks.onnx")
    there = torch.device("meta")
    moved = torch_runtime.on_device(graph, there)
    given = {"crops": torch.zeros(3, 1, 128, 128, device=there)}
    answers = run_graph(moved, given)
    assert {value.device.type for value in answers.values()} == {"meta"}
    assert answers["points"].shape == (3, 548, 2)
