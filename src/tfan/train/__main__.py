"""`python -m tfan.train landmarks ...`: the same commands as `tfan train`."""

from __future__ import annotations

import sys
from importlib import import_module

if __name__ == "__main__":
    # By name, because the command line is a floor above and this file is only a door to it.
    import_module("tfan.cli.main").app(["train", *sys.argv[1:]])
