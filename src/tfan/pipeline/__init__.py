"""Image -> faces: the networks put together, and loaded."""

from tfan.pipeline.batch import BatchError
from tfan.pipeline.detection import Finder, Pipeline
from tfan.pipeline.loading import load_pipeline

__all__ = ["BatchError", "Finder", "Pipeline", "load_pipeline"]
