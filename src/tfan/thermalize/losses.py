"""What the thermalizer is asked to make small. Tensors in, scalars out.

Images are (B, 1, H, W) shares of 20..40 degrees Celsius; NaN = no measurement. Segments are
(B, H, W) class numbers of tfan.thermal.segments, 255 = unknown.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tfan.thermal.segments import PERSON_SEGMENTS, WINDOW_CELSIUS, Condition

N_CLASSES = 256  # an 8-bit segmentation can hold no more


def clinical_means(condition: Condition) -> Tensor:
    """Return (18,) clinical means of the parts of a person, as shares of the window."""
    low, high = WINDOW_CELSIUS
    celsius = torch.tensor([part.celsius(condition) for part in PERSON_SEGMENTS])
    return (celsius - low) / (high - low)


def paired_error(made: Tensor, true: Tensor) -> Tensor:
    """Return the mean square of made - true over the pixels that were measured; 0 with none."""
    measured = true.isfinite()
    error = torch.where(measured, made - true.nan_to_num(), 0.0)
    return error.square().sum() / measured.sum().clamp(min=1)


def region_means(images: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
    """Return (B, 18) means of the parts of a person and (B, 18) their pixels.

    Means are 0 where there are no pixels. Pixels that are NaN count for no part.
    """
    values, classes = images.flatten(1), segments.flatten(1).long()
    measured = values.isfinite()
    zeros = values.new_zeros(len(values), N_CLASSES)
    sums = zeros.scatter_add(1, classes, values.nan_to_num())
    pixels = zeros.scatter_add(1, classes, measured.to(values.dtype))
    numbers = [part.number for part in PERSON_SEGMENTS]
    sums, pixels = sums[:, numbers], pixels[:, numbers]
    return sums / pixels.clamp(min=1), pixels


def temperature_prior(made: Tensor, segments: Tensor, wanted: Tensor) -> Tensor:
    """Return the squared deviation of region means from the wanted ones.

    In each image a part counts by its share of the person's pixels; images without a person
    count for nothing.

    Args:
        made: (B, 1, H, W).
        segments: (B, H, W).
        wanted: (18,) of `clinical_means`.
    """
    means, pixels = region_means(made, segments)
    person = pixels.sum(1, keepdim=True)
    each = (pixels / person.clamp(min=1) * (means - wanted).square()).sum(1)  # (B,)
    return each.sum() / (person > 0).sum().clamp(min=1)
