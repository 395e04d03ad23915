"""Units by their names, and the reading of a frame: asked for, stated by the file, or decided."""

from __future__ import annotations

from dataclasses import replace

from tfan.errors import InputError
from tfan.io.recording import Stored
from tfan.thermal.interpret import ABSOLUTE_ZERO_CELSIUS, UNITS, Reading, Unit, interpret

_WIDE = (-273.15, 3000.0)
_BY_NAME = {unit.name: unit for unit in UNITS}

CELSIUS = _BY_NAME["degrees Celsius"]
FAHRENHEIT = Unit("degrees Fahrenheit", 5 / 9, -160 / 9, _WIDE)
SIXTEENTH_KELVIN = Unit("kelvin / 16", 1 / 16, ABSOLUTE_ZERO_CELSIUS, _WIDE)
TWENTYFIFTH_KELVIN = Unit("kelvin / 25", 0.04, ABSOLUTE_ZERO_CELSIUS, _WIDE)
COUNTS = "counts"
UNDECIDED = "nothing to decide by"

NAMED = {
    "celsius": CELSIUS,
    "kelvin": _BY_NAME["kelvin"],
    "fahrenheit": FAHRENHEIT,
    "decikelvin": _BY_NAME["decikelvin"],
    "centikelvin": _BY_NAME["centikelvin"],
    "millikelvin": Unit("millikelvin", 0.001, ABSOLUTE_ZERO_CELSIUS, _WIDE),
    "decicelsius": Unit("0.1 degrees Celsius", 0.1, 0.0, _WIDE),
    "centicelsius": Unit("0.01 degrees Celsius", 0.01, 0.0, _WIDE),
    # what libirimager hands out: (value - 1000) / 10, as its header says
    "optris": Unit("0.1 degrees Celsius above -100", 0.1, -100.0, _WIDE),
    "kelvin16": SIXTEENTH_KELVIN,
    "kelvin25": TWENTYFIFTH_KELVIN,
    "kelvin2.5": Unit("kelvin / 2.5", 0.4, ABSOLUTE_ZERO_CELSIUS, _WIDE),
    "kelvin64": Unit("kelvin / 64", 1 / 64, ABSOLUTE_ZERO_CELSIUS, _WIDE),
}
_ALIASES = {  # FLIR's TemperatureLinear: A series and Lepton, then Tau, Vue, Duo and XT; both gains
    "flir-10mk": "centikelvin",
    "flir-100mk": "decikelvin",
    "flir-40mk": "kelvin25",
    "flir-400mk": "kelvin2.5",
}
UNIT_NAMES = ("auto", *NAMED, *_ALIASES, COUNTS)
OF_DEGREES = ("auto", "celsius", "kelvin", "fahrenheit")  # no whole numbers of a detector


def check_unit(name: str) -> str:
    """Return the name that NAMED has for a unit, or "auto" or "counts".

    Raises:
        InputError: no such unit.
    """
    if name not in UNIT_NAMES:
        raise InputError("unit", expected=" or ".join(map(repr, UNIT_NAMES)), got=repr(name))
    return _ALIASES.get(name, name)


def read_as(stored: Stored, unit: str) -> Reading:
    """Return what the values of a frame mean, and why.

    Args:
        stored: the frame.
        unit: a name from `check_unit` that fits the frame, see `tfan.io.fitting`; "auto" believes
            the file and then the values.
    """
    asked = NAMED.get(unit)
    if stored.corrected and unit in OF_DEGREES:
        return _temperature(CELSIUS, stored.why)
    if asked is not None:
        return _temperature(asked, f"unit={unit!r} was asked for")
    if unit == COUNTS:
        return replace(_decided(stored, "pixel"), reason=f"unit={COUNTS!r} was asked for")
    if stored.said is not None:
        return _temperature(stored.said, stored.why)
    reading = _decided(stored, "pixel" if stored.counts else "auto")
    if stored.counts:
        return replace(reading, reason=stored.why)
    return replace(reading, reason=f"{stored.why}; {reading.reason}") if stored.why else reading


def _temperature(unit: Unit, why: str) -> Reading:
    return Reading("temperature", unit.name, why, scale=unit.scale, offset=unit.offset)


def _decided(stored: Stored, mode: str) -> Reading:
    try:
        return interpret(stored.values, mode)
    except InputError as error:  # nothing but NaN, or too small for a face: still a frame
        return Reading("pixel", COUNTS, f"{UNDECIDED} ({error})")
