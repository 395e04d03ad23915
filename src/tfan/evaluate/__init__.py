"""How good any detector of faces is on images whose faces are known, and where it fails.

    samples = read_folder("annotated")
    evaluation = evaluate(samples, tfan.ThermalLandmarks().detect)

Other data sets are readers of their own that give the same samples.
"""

from tfan.evaluate.annotations import read_folder
from tfan.evaluate.judge import Evaluation, JudgedFace, JudgedImage, evaluate
from tfan.evaluate.record import read_record, report_record
from tfan.evaluate.sample import Sample, TrueFace

__all__ = [
    "Evaluation",
    "JudgedFace",
    "JudgedImage",
    "Sample",
    "TrueFace",
    "evaluate",
    "read_folder",
    "read_record",
    "report_record",
]
