"""The command line."""

from __future__ import annotations

import os
import sys


def run() -> None:
    """Run `tfan`; the version is told before the command line itself is loaded."""
    if sys.argv[1:] == ["--version"]:
        from importlib.metadata import version

        sys.stdout.write(f"tfan {version('thermal-face-alignment')}\n")
        return
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # its remarks on broken files: ours follow
    from tfan.cli.main import app

    app(prog_name="tfan")
