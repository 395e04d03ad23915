"""What a complete run leaves as JSON, and what the next one with --resume takes from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tfan.errors import InputError
from tfan.io.files import replace_text
from tfan.recordings.finish import Wanted, result_files
from tfan.recordings.origin import corners_told
from tfan.recordings.rows import Heading
from tfan.recordings.tracks import Person, Summary
from tfan.rois import Region


@dataclass(frozen=True, slots=True)
class Report:
    """A complete run.

    Attributes:
        summary: who is in the recording.
        trouble: a sentence on frames that could not be used.
        facts: all that the file says.
    """

    summary: Summary
    trouble: str
    facts: Mapping[str, Any]

    def holds(
        self,
        place: Path,
        wanted: Wanted,
        *,
        read_as: Mapping[str, Any],
        files: Mapping[str, int],
        scheme: str,
        regions: Sequence[Region],
    ) -> bool:
        """Whether a run with these wishes would write nothing that is not there.

        Args:
            place: folder of the results and the beginning of their names.
            wanted: files of results.
            read_as: how the source is read.
            files: that it is made of now, see `tfan.recordings.origin.files_told`.
            scheme: of the landmarks.
            regions: to be measured.
        """
        had = self.facts.get("wanted")  # older reports did not tell, nor of files and corners
        has_celsius = self.facts["meaning"] == "temperature"
        measured = regions if has_celsius else ()
        return (
            had is not None
            and self.facts["scheme"] == scheme
            and self.facts["asked"] == read_as
            and self.facts.get("files") == files
            and self.facts["regions"] == [region.name for region in measured]
            and self.facts.get("corners") == corners_told(measured)
            and set(had["formats"]) >= set(wanted.formats)
            and set(had["signals"]) >= set(wanted.signals)
            and had["overlay"] >= wanted.overlay
            and (wanted.every is None or had["every"] == wanted.every)
            and all(path.exists() for path in result_files(place, wanted, measured=has_celsius))
        )


def write_report(
    path: Path, heading: Heading, summary: Summary, trouble: str, wanted: Wanted
) -> None:
    """Write the report of a complete run."""
    facts = asdict(heading) | asdict(summary)
    facts |= {"coverage": summary.coverage, "trouble": trouble, "wanted": asdict(wanted)}
    replace_text(path, json.dumps(facts, indent=1) + "\n")


def read_report(path: Path, name: str) -> Report:
    """Return what the report of a complete run of that source says.

    Raises:
        InputError: it is none, or of another source.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        people = tuple(Person(**each) for each in facts["people"])
        counts = (facts["n_read"], facts["n_seen"], facts["n_gaps"])
        summary = Summary(facts["source"], *counts, facts["events"], people)
        found = Report(summary, str(facts["trouble"]), facts)
        _ = [facts[name] for name in ("scheme", "asked", "regions", "meaning")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        got = f"{type(error).__name__}: {error}"
        raise InputError(str(path), expected="a report of tfan track", got=got) from error
    if summary.source != name:
        got = f"one of {summary.source}"
        fix = "Choose another folder, or leave out --resume."
        raise InputError(str(path), expected=f"a report of {name}", got=got, fix=fix)
    return found
