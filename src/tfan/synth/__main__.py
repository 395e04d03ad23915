"""`python -m tfan.synth` is `tfan synth`."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # by name, for the command line stands on a higher floor than this package
    import_module("tfan.cli.main").app(["synth", *sys.argv[1:]], prog_name="tfan")
