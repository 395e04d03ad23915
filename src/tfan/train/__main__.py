"""`python -m tfan.train landmarks ...`: the same commands as `tfan train`."""

from __future__ import annotations

import runpy

# By name, because the command line is a floor above and this file is only a door to it.
runpy.run_module("tfan.cli.train", run_name="__main__")
