"""What temperatures over time say: even sampling, steps and drift of the camera, breathing."""

from tfan.signals.breathing import Breathing, breathing_over_time, breathing_rate
from tfan.signals.drift import Drift, drift
from tfan.signals.resample import Even, resample_evenly
from tfan.signals.series import where_telling
from tfan.signals.steps import NucSteps, nuc_steps, without_steps

__all__ = [
    "Breathing",
    "Drift",
    "Even",
    "NucSteps",
    "breathing_over_time",
    "breathing_rate",
    "drift",
    "nuc_steps",
    "resample_evenly",
    "where_telling",
    "without_steps",
]
