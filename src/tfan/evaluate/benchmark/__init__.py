"""Benchmarks: one data set, one model, one named way to count, one report.

protocol = custom_of("charlotte").protocol()
with open_contender("bundled", Wanted()) as contender:
    run = run_benchmark(open_dataset("charlotte", folder), contender, protocol)
record = benchmark_record(run, about)
write_benchmark(out, run, record=record, published=published_on("charlotte"))
"""

from tfan.evaluate.benchmark.comparison import Bridge
from tfan.evaluate.benchmark.contenders import Contender, Wanted, open_contender
from tfan.evaluate.benchmark.marks import Protocol
from tfan.evaluate.benchmark.normalisers import NORMALISERS
from tfan.evaluate.benchmark.protocols import custom_of
from tfan.evaluate.benchmark.published import published_on
from tfan.evaluate.benchmark.record import benchmark_record
from tfan.evaluate.benchmark.report import write_benchmark
from tfan.evaluate.benchmark.run import BenchmarkRun, run_benchmark

__all__ = [
    "NORMALISERS",
    "BenchmarkRun",
    "Bridge",
    "Contender",
    "Protocol",
    "Wanted",
    "benchmark_record",
    "custom_of",
    "open_contender",
    "published_on",
    "run_benchmark",
    "write_benchmark",
]
