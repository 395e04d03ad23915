"""Time samples of each product on one core: `python benchmarks/bench_synth.py --head HEAD.npz`.

Prints one JSON object a line: samples a second (median and quartiles over batches), samples a
second of processor time (what an idle core would give, about), machine, versions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import cv2
import numba
import numpy as np

from tfan.synth.dataset import generate
from tfan.synth.products import Recipe, maker_of

HEADS, BATCHES, BATCH, WARM_UP = 100, 12, 20, 5


def rates(recipe: Recipe) -> dict[str, float]:
    make = maker_of(recipe)
    for index in range(WARM_UP):
        make(index)
    found, spent = [], time.process_time()
    for batch in range(BATCHES):
        start = time.perf_counter()
        for k in range(BATCH):
            make(WARM_UP + batch * BATCH + k)
        found.append(BATCH / (time.perf_counter() - start))
    quarter, median, three_quarters = statistics.quantiles(found, n=4)
    spent = time.process_time() - spent
    return {
        "per_cpu_s": BATCHES * BATCH / spent,
        "per_s": median,
        "per_s_quarter": quarter,
        "per_s_three_quarters": three_quarters,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--head", type=Path, help="packed head; default: TFAN_HEAD")
    head = parser.parse_args().head
    cv2.setNumThreads(1)
    machine = {
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_1min": os.getloadavg()[0],
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "numba": numba.__version__,
    }
    with tempfile.TemporaryDirectory() as folder:
        bank = Path(folder)
        generate("heads", bank, count=HEADS, workers=1, head_path=head)
        for product in ("faces", "heads", "scenes", "negatives"):
            measured = rates(Recipe(product, 0, head, bank))
            row = {"bench": "synth", "product": product, **measured, "machine": machine}
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
