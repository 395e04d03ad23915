"""Fit and prove the confidence of `tfan.signals.breathing_rate` on synthetic nostrils.

    python tools/fit_breathing_confidence.py

Prints the constants for src/tfan/signals/breathing.py, fitted on 2,400 series, and on 1,200 others
how often a rate was right that was told with some confidence. Takes a few minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from tfan.signals import breathing, breathing_rate

N_FIT, N_PROOF = 2_400, 1_200
SECONDS, RATES_HZ = (20.0, 30.0, 60.0, 180.0), (9.0, 15.0, 30.0)
MOTIONS, DROPS = (0.0, 0.5, 1.0, 2.0), (0.0, 0.1, 0.3)
NOBODY_EVERY = 4  # one in so many series has no breath in it
NEAR_PER_MIN = 1.0
RIDGE = 1e-3  # keeps the fit finite where classes part
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nostril:
    """What is drawn of one series; temperatures in degC."""

    rate_per_min: float
    seconds: float
    camera_hz: float
    amplitude: float  # 0 where nobody breathes
    noise: float
    motion: float
    dropped: float  # share of the frames without a measurement


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one series, and whether it was right."""

    odds: float
    lead: float
    breaths: float
    confidence: float
    right: bool


def draw(rng: np.random.Generator, number: int) -> Nostril:
    """Draw one series; every fourth is nobody's."""
    amplitude = 10 ** rng.uniform(-1.7, -0.3)
    return Nostril(
        rate_per_min=rng.uniform(6, 40),
        seconds=float(rng.choice(SECONDS)),
        camera_hz=float(rng.choice(RATES_HZ)),
        amplitude=0.0 if number % NOBODY_EVERY == 0 else amplitude,
        noise=rng.uniform(0.01, 0.15),
        motion=float(rng.choice(MOTIONS)),
        dropped=float(rng.choice(DROPS)),
    )


def series(one: Nostril, rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Return times, temperatures, mean rate: uneven frames and waves, a head that moves."""
    n = int(one.seconds * one.camera_hz)
    times = np.cumsum(rng.uniform(0.7, 1.3, n)) / one.camera_hz
    knots = np.arange(0, 1.4 * one.seconds, 4)
    faster = 1 + 0.03 * np.interp(times, knots, rng.normal(size=len(knots)))
    phase = 2 * np.pi * np.cumsum(np.gradient(times) * one.rate_per_min / 60 * faster)
    wave = np.tanh(rng.uniform(0.5, 3) * np.sin(phase))
    values = 33 + one.amplitude * wave / (wave.std() * np.sqrt(2))
    values += rng.normal(0, one.noise, n) + np.cumsum(rng.normal(0, 0.01 * one.motion, n))
    for _ in range(int(3 * one.motion)):
        middle, width = rng.uniform(0, one.seconds), rng.uniform(0.2, 0.8)
        values += rng.normal(0, 0.5) * np.exp(-0.5 * ((times - middle) / width) ** 2)
    values[rng.random(n) < one.dropped] = np.nan
    return times, values, (phase[-1] - phase[0]) / (times[-1] - times[0]) * 60 / (2 * np.pi)


def listen(seed: int, n: int) -> list[Told]:
    """Return what is told of n series; those of which nothing is told are left out."""
    rng = np.random.default_rng(seed)
    told = []
    for number in range(n):
        one = draw(rng, number)
        times, values, rate = series(one, rng)
        with patch.object(breathing, "confidence", wraps=breathing.confidence) as judged:
            found = breathing_rate(times, values)
        if judged.called:
            right = one.amplitude > 0 and abs(found.rate_per_min - rate) <= NEAR_PER_MIN
            told.append(Told(*judged.call_args.args, found.confidence, bool(right)))
    return told


def fitted(told: list[Told]) -> Floats:
    """Return bias and weights of odds, lead and breaths of the logistic function."""
    most = breathing.MOST_BREATHS
    rows = np.array([[1, t.odds, t.lead, np.log(np.clip(t.breaths, 1, most))] for t in told])
    right = np.array([t.right for t in told], float)
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ weights))
        bend = (rows.T * (p * (1 - p))) @ rows + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(bend, rows.T @ (right - p))
    return weights


def table(told: list[Told]) -> str:
    """Return lines: range of confidence, number of series, mean confidence, share that is right."""
    said = np.array([t.confidence for t in told])
    right = np.array([t.right for t in told])
    lines = [f"{len(told)} series: said {said.mean():.3f}, right {right.mean():.3f}"]
    for low in np.arange(0, 1, 0.1):
        rows = (said >= low) & (said < low + 0.1)
        if rows.any():
            means = f"said {said[rows].mean():.2f}, right {right[rows].mean():.2f}"
            lines.append(f"  {low:.1f} to {low + 0.1:.1f}: {rows.sum():5d} series, {means}")
    return "\n".join(lines)


def main() -> None:
    """Fit, print the constants, and prove those in use."""
    fit = listen(0, N_FIT)
    print("bias, odds, lead, breaths:", *(f"{weight:.3f}" for weight in fitted(fit)))
    print("in use, on the series of the fit:", table(fit), sep="\n")
    print("in use, on others:", table(listen(1, N_PROOF)), sep="\n")


if __name__ == "__main__":
    main()
