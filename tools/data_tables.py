"""What is counted in the records of synthetic data: rows of (words, what to read of a record)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tfan.synth.draw_shape import EXPRESSIONS
from tfan.synth.face_sample import FACE_SHARE

Record = dict[str, Any]
Shares = dict[str, Callable[[Record], bool]]
Words = dict[str, Callable[[Record], str]]
Ranges = dict[str, Callable[[Record], float]]

OPEN_MOUTH, SHUT_EYES = 0.05, 0.8
AIR = ((10, "below 10"), (18, "10 to 18"), (27, "18 to 27"), (34, "27 to 34"))


def yaw(person: Record) -> float:
    """Return -180..180, 0 towards the camera."""
    return float((person["pose"]["head_deg"][0] + 180) % 360 - 180)


def expression(person: Record, name: str) -> float:
    """Return the strength 0..1 of an expression of the morphable head."""
    return float(person["shape"]["expression"][EXPRESSIONS.index(name)])


def offset(person: Record, region: str) -> float:
    """Return degrees of a region against the base of the skin."""
    found = [right for name, right, _ in person["heat"]["offsets"] if name == region]
    return float(found[0]) if found else float("nan")


def air(celsius: float) -> str:
    """Return the band of an air temperature."""
    return next((words for limit, words in AIR if celsius < limit), f"above {AIR[-1][0]}")


def lens(person: Record) -> float:
    """Return degrees of a lens against the air, NaN without glasses."""
    glasses = person["glasses"]
    warmer = glasses and glasses["lens_celsius"] - person["heat"]["ambient_celsius"]
    return float(warmer) if glasses else float("nan")


PERSON_SHARES: Shares = {
    "glasses": lambda p: p["glasses"] is not None,
    "face mask": lambda p: p["mask"] is not None,
    "beard or moustache": lambda p: p["beard"] is not None,
    "long hair or the cloth of a hood beside the face": lambda p: p["curtain"] is not None,
    "brim of a hat": lambda p: p["brim"] is not None,
    "mouth open": lambda p: expression(p, "jawOpen") > OPEN_MOUTH,
    "smile": lambda p: expression(p, "mouthSmile_L") > OPEN_MOUTH,
    "eyes shut": lambda p: expression(p, "eyeBlink_L") > SHUT_EYES,
    "one side warmer, as of sun or wind": lambda p: p["heat"]["side_light"] is not None,
    "yaw beyond 30 degrees": lambda p: abs(yaw(p)) > 30,
    "yaw beyond 60 degrees": lambda p: abs(yaw(p)) > 60,
    "pitch beyond 20 degrees": lambda p: abs(p["pose"]["head_deg"][1]) > 20,
    "roll beyond 20 degrees": lambda p: abs(p["pose"]["head_deg"][2]) > 20,
    "back of the head": lambda p: p["framing"].endswith("back"),
}
PERSON_WORDS: Words = {
    "on the head": lambda p: p["hair"]["kind"] if p["hair"] else "bald",
    "air, degrees Celsius": lambda p: air(p["heat"]["ambient_celsius"]),
}
PERSON_RANGES: Ranges = {
    "air, degrees Celsius": lambda p: p["heat"]["ambient_celsius"],
    "base of the skin, degrees Celsius": lambda p: p["heat"]["skin_celsius"],
    "tip of the nose against that base, degrees": lambda p: offset(p, "nose_tip"),
    "forehead against that base, degrees": lambda p: offset(p, "forehead"),
    "lenses against the air, degrees": lens,
    "yaw, degrees": yaw,
    "pitch, degrees": lambda p: p["pose"]["head_deg"][1],
    "roll, degrees": lambda p: p["pose"]["head_deg"][2],
    "camera to face, cm": lambda p: p["camera"]["distance_cm"],
    "stretch of the head, upwards": lambda p: p["shape"]["stretch"][1],
    "stretch of the head, across": lambda p: p["shape"]["stretch"][0],
    "identity modes, standard deviations of the scans": lambda p: float(
        np.std(p["shape"]["identity"])
    ),
}
SENSOR_SHARES: Shares = {
    "black-hot": lambda s: s["display"]["inverted"],
    "colour palette, seen as its luminance": lambda s: s["display"]["palette"] is not None,
    "on-screen graphics": lambda s: s["graphics"] is not None,
    "JPEG": lambda s: s["jpeg"] is not None,
    "defocus": lambda s: s["defocus_px"] > 0,
    "motion blur": lambda s: s["motion"] is not None,
    "sharpened": lambda s: s["sharpen"] is not None,
    "column pattern": lambda s: s["column_celsius"] > 0,
    "vignette": lambda s: s["vignette_celsius"] != 0,
}
SENSOR_WORDS: Words = {"degrees to grey levels by": lambda s: s["display"]["kind"]}
SENSOR_RANGES: Ranges = {
    "noise, degrees": lambda s: s["noise_celsius"],
    "sensor elements along the longer side": lambda s: s["samples_px"],
}
CROP_SHARES: Shares = {
    "something before the face": lambda c: bool(c["before"]),
    "cut out from its surroundings": lambda c: c["cutout"] is not None,
}
CROP_RANGES: Ranges = {
    "sensor elements across the face": lambda c: c["sensor"]["samples_px"] * FACE_SHARE,
}
SCENE_SHARES: Shares = {
    "something before a face or the camera": lambda s: bool(s["before"]),
    "nobody in the picture": lambda s: not s["people"],
}
SCENE_WORDS: Words = {
    "kind of scene": lambda s: s["staging"],
    "backdrop": lambda s: s["backdrop"]["setting"],
    "air, degrees Celsius": lambda s: air(s["ambient_celsius"]),
}
SCENE_RANGES: Ranges = {
    "people": lambda s: len(s["people"]),
    "height of a face, px of 288": lambda s: (
        s["people"][-1]["height_px"] if s["people"] else float("nan")
    ),
    "things in the backdrop": lambda s: len(s["backdrop"]["items"]),
}
