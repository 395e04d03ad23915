"""What is measured: bundled or published weights, a file, a function, or a rival's program."""

from __future__ import annotations

import hashlib
import math
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from inspect import isclass
from pathlib import Path
from typing import Any, Self

from tfan.errors import InputError, TfanError
from tfan.evaluate.benchmark.rivals import open_rival
from tfan.types import AnyArray

Find = Callable[[AnyArray, str], Iterable[Any]]

BUNDLED, PUBLISHED = "bundled", "published"
WEIGHT_FILES = (".onnx", ".pt", ".pth", ".safetensors")
RIVAL_FILE = ".py"
_DIGITS = 16  # of a hash, as reports print it
_RAISED = (Exception, SystemExit)  # whatever somebody's module may raise
_ERROR_CHARACTERS = 200  # of what an error says
_INSTALLED = "site-packages"  # a line of theirs tells less than the one's that called them


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a model is to be opened.

    Attributes:
        n_landmarks: 70 or 478, for weights of tfan.
        detector: "bundled", "tfw" or a file; None takes the one that belongs to the model.
        device: see `tfan.load_pipeline`.
        min_score: least score of a face; None takes the weights' own.
        ap_from: answers are asked for down to this score, and those below min_score count for
            average precision alone; None asks for no more than min_score does.
        python: the program that runs a rival, that of its own environment.
    """

    n_landmarks: int = 70
    detector: str | Path | None = None
    device: str = "cpu"
    min_score: float | None = None
    ap_from: float | None = None
    python: str | Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """Something that finds faces, and what it is; a context that closes it.

    Attributes:
        find: image, meaning ("auto", "temperature" or "pixel") -> faces.
        about: what a report says of it: files and their hashes, versions.
        scheme: of its answers; "" where only they tell.
        least_score: answers below it count for average precision alone.
    """

    name: str
    find: Find
    about: Mapping[str, str]
    scheme: str = ""
    least_score: float = -math.inf
    close: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def open_contender(model: str, wanted: Wanted) -> Contender:
    """Return what is named: "bundled", "published", a file of weights or a rival, or a function.

    Args:
        model: "bundled"; "published" (the published package's weights, extra `torch`); a file
            .onnx, .pt, .pth or .safetensors; a rival's program .py; or "module:callable", which
            takes an image and a meaning and returns faces (a class is made first, and its
            `detect` taken where it has one).
        wanted: how to open it.

    Raises:
        InputError: it is none of these.
    """
    path = Path(model)
    if model in (BUNDLED, PUBLISHED) or path.suffix.lower() in WEIGHT_FILES:
        return _weights(model, wanted)
    if path.suffix.lower() == RIVAL_FILE:
        return _rival(path, wanted)
    module, colon, name = model.partition(":")
    if colon and module and name:
        return _function(model, module, name, wanted)
    files = ", ".join((*WEIGHT_FILES, RIVAL_FILE))
    expected = f"{BUNDLED}, {PUBLISHED}, a file ({files}) or module:callable"
    raise InputError("model", expected=expected, got=repr(model))


def _weights(model: str, wanted: Wanted) -> Contender:
    from tfan.pipeline import load_pipeline

    loading: dict[str, Any] = {"n_landmarks": wanted.n_landmarks, "device": wanted.device}
    usual = "tfw" if model == PUBLISHED else BUNDLED
    loading["detector"] = usual if wanted.detector is None else wanted.detector
    if model == PUBLISHED:
        loading["weights"] = f"tfan-{wanted.n_landmarks}"
    elif model != BUNDLED:
        loading["model_path"] = model
    pipeline = load_pipeline(**loading)
    least = pipeline.min_score if wanted.min_score is None else wanted.min_score
    asked = least if wanted.ap_from is None else min(least, wanted.ap_from)
    about = {
        "landmarks": _file_words(model, wanted.n_landmarks),
        "detector": _detector_words(str(loading["detector"])),
        "device": pipeline.landmarker.runtime.device,
        "least score": f"{least:g}",
    }
    if asked < least:
        about["least score for average precision"] = f"{asked:g}"
    find = partial(_find_with, pipeline, asked)
    return Contender(Path(model).name, find, about, pipeline.scheme, least)


def _find_with(pipeline: Any, min_score: float, image: AnyArray, meaning: str) -> Iterable[Any]:
    found: Iterable[Any] = pipeline.detect(image, meaning, min_score=min_score)
    return found


def _function(model: str, module: str, name: str, wanted: Wanted) -> Contender:
    here = str(Path.cwd())  # where one's own module most often lies
    sys.path.insert(0, here)
    expected = "module:callable that can be imported from here"
    try:
        found = getattr(import_module(module), name)
        made: Any = found() if isclass(found) else found
    except _RAISED as error:
        raise InputError("model", expected=expected, got=f"{model} ({_words_of(error)})") from error
    finally:
        if here in sys.path:  # the module may have taken it away itself
            sys.path.remove(here)
    find: Find = getattr(made, "detect", made)
    if not callable(find):
        raise InputError("model", expected=expected, got=f"{model}, a {type(found).__name__}")
    least, words = _least_of(wanted)
    asked = partial(_ask, model, find)
    return Contender(model, asked, {"function": model} | words, least_score=least)


def _ask(model: str, find: Find, image: AnyArray, meaning: str) -> Iterable[Any]:
    """Return what somebody's function answers.

    Raises:
        InputError: it raises; for this image it has found nothing, the next may go well.
    """
    try:
        found = find(image, meaning)
        return list(found) if isinstance(found, Iterable) else found  # it may yield them
    except TfanError:
        raise
    except _RAISED as error:
        raise InputError(model, expected="faces", got=_words_of(error)) from error


def _words_of(error: BaseException) -> str:
    """Return an error of somebody's code as a clause: its kind, what it says, and where."""
    words = " ".join(str(error).split())
    said = f"{type(error).__name__}: {words[:_ERROR_CHARACTERS]}" if words else type(error).__name__
    raised = traceback.extract_tb(error.__traceback__)[1:]  # the first is tfan's own
    steps = [step for step in raised if "importlib" not in step.filename]
    own = [step for step in steps if _INSTALLED not in step.filename] or steps
    return f"{said} ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else said


def _least_of(wanted: Wanted) -> tuple[float, dict[str, str]]:
    """Return the least score of somebody's answers, whose scores may be below 0, and its words."""
    if wanted.min_score is None:
        return -math.inf, {}
    return wanted.min_score, {"least score": f"{wanted.min_score:g}"}


def _rival(path: Path, wanted: Wanted) -> Contender:
    rival = open_rival(path, python=wanted.python)
    least, words = _least_of(wanted)
    about = {"program": f"{path.name} {_sha256(path)}", **rival.about, **words}
    name = rival.about.get("name", path.stem)
    return Contender(name, rival.find, about, rival.scheme, least, rival.close)


def _file_words(model: str, n_landmarks: int) -> str:
    if model == BUNDLED:
        return _bundled_words("landmarks")
    if model == PUBLISHED:
        return _published_words(f"tfan-{n_landmarks}")
    return f"{Path(model).name} {_sha256(Path(model))}"


def _detector_words(detector: str) -> str:
    if detector == BUNDLED:
        return _bundled_words("detector")
    if detector == "tfw":
        return _published_words("tfw")
    return f"{Path(detector).name} {_sha256(Path(detector))}"


def _bundled_words(name: str) -> str:
    from tfan.models.registry import find

    row = find(name)
    return f"{row.file} {row.sha256[:_DIGITS]} (bundled)"


def _published_words(name: str) -> str:
    from tfan.models.store import fetch

    path = fetch(name)
    return f"{path.name} {_sha256(path)} (published {name})"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]
