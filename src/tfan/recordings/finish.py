"""A journal that is complete -> the files of the recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfan.errors import InputError
from tfan.io import Source, write_png
from tfan.io.camera import PREFIX
from tfan.io.files import replace_text
from tfan.recordings.formats import check_formats, result_paths, write_formats
from tfan.recordings.journal import Journal
from tfan.recordings.overlay import VIDEO, write_pictures, write_video
from tfan.recordings.people_signals import SIGNALS_FILE, check_signals, write_signals
from tfan.recordings.plot import draw_plot
from tfan.recordings.plot_html import plot_page
from tfan.recordings.tracks import Summary, summarise
from tfan.rois import Region

PLOT, PAGE = "{}.plot.png", "{}.plot.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which files of a recording are wanted; the plot always is.

    Attributes:
        formats: names of `FORMATS`.
        signals: names of `SIGNALS`.
        overlay: a video with the faces drawn on it.
        every: a picture of every so many frames, None for none.
    """

    formats: tuple[str, ...] = ("csv",)
    signals: tuple[str, ...] = ()
    overlay: bool = False
    every: int | None = None

    def check(self) -> None:
        """Raise what would be raised after the work: unknown names, packages that are missing."""
        check_formats(self.formats)
        check_signals(self.signals)
        if self.every is not None and self.every < 1:
            raise InputError("every", expected="1 or more frames", got=str(self.every))

    @property
    def draws(self) -> bool:
        """Whether frames are needed a second time."""
        return self.overlay or self.every is not None


def check_source(name: str, wanted: Wanted, *, resume: bool = False) -> None:
    """Raise where what is wanted cannot be had of a source."""
    if resume and name.startswith(PREFIX):
        raise InputError(
            f"--resume with {name}",
            expected="a recording, which can be read from the middle",
            got="a camera",
            fix="Leave out --resume, or name another folder.",
        )
    if wanted.draws and name.startswith(PREFIX):
        raise InputError(
            f"overlay of {name}",
            expected="a recording, which is read again for it",
            got="a camera",
            fix="Record first, or leave out the overlay.",
        )


def result_files(place: Path, wanted: Wanted, *, measured: bool = True) -> list[Path]:
    """Return the files of a recording, but for its pictures: their numbers only the rows tell.

    Args:
        place: folder of the files and the beginning of their names.
        wanted: which ones.
        measured: whether the recording has temperatures.
    """
    others = [PLOT, PAGE]
    others += [SIGNALS_FILE] if wanted.signals else []
    others += [VIDEO] if wanted.overlay else []
    formats = result_paths(place.parent, place.name, wanted.formats, measured=measured)
    return [*formats, *(place.parent / name.format(place.name) for name in others)]


def finish(
    source: Source,
    journal: Journal,
    place: Path,
    regions: tuple[Region, ...],
    wanted: Wanted,
    tell: Callable[[str, int, int | None], None],
) -> Summary:
    """Write all files of a recording; place is their folder and the beginning of their names."""
    summary = summarise(journal)
    tell("write", 0, summary.n_read)
    write_formats(place.parent, place.name, journal, check_formats(wanted.formats))
    if wanted.signals:
        write_signals(place.parent, place.name, journal, wanted.signals)
    write_png(place.parent / PLOT.format(place.name), draw_plot(journal, summary))
    page = place.parent / PAGE.format(place.name)
    replace_text(page, plot_page(journal, summary), kind="page")
    if wanted.every is not None:
        write_pictures(place, source, journal, regions, wanted.every)
    if wanted.overlay:
        write_video(place, source, journal, regions, tell)
    return summary
