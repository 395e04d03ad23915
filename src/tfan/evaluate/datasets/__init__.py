"""Data sets of others, and your own, as samples: `open_dataset("tfw", "TFW")`.

Annotations are read one at a time and images when they are asked for, so that memory does not grow
with the set. What is missing or damaged is told in `dataset.problems`, not raised.
docs/how-to/get-data.md says how to get each, under which licence, and what is known to be wrong.
"""

from tfan.evaluate.datasets.dataset import Dataset, Problem, Problems
from tfan.evaluate.datasets.registry import DATASETS, open_dataset

__all__ = ["DATASETS", "Dataset", "Problem", "Problems", "open_dataset"]
