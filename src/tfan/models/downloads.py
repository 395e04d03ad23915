"""Fetch one file into a temporary one, refusing everything that is not the whole file."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tfan._optional import require
from tfan.errors import WeightsError
from tfan.models.answers import confirmed_address, is_page, page_problem, status_problem

TIMEOUT_S = (10.0, 30.0)  # to connect, and between two pieces
MOST_BYTES = 256_000_000  # an endless answer must not fill the disk
MOST_REDIRECTS = 10
TRIES = 2  # of an answer that breaks off; each begins anew
_NOT_ENCRYPTED = "the server sends on to an address that is not encrypted"
_PAGE_BYTES = 1_000_000
_PIECE_BYTES = 1 << 16
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "tfan (thermal face landmarks)"}


class Accept(Protocol):
    """Look at a whole file before it gets its name; raise WeightsError to refuse it."""

    def __call__(self, path: Path, /) -> None: ...


class _BrokenOffError(WeightsError):
    """An answer that ended before its end: worth another try."""


@dataclass(frozen=True, slots=True)
class CheckedDownloader:
    """What pooch calls to fill its temporary file; when it raises, pooch deletes that file.

    Attributes:
        accept: looks at the whole file.
        label: name on the progress bar.
        suffix: of the file, by which readers know its kind; pooch's own name has none.
    """

    accept: Accept
    label: str
    suffix: str

    def __call__(
        self,
        url: str,
        output_file: str,
        pooch: object,  # noqa: ARG002  the three names are pooch's
        check_only: bool = False,  # noqa: ARG002
    ) -> None:
        """Fetch url into output_file.

        Raises:
            WeightsError: why not, as the end of a sentence.
        """
        part = Path(f"{output_file}{self.suffix}")
        try:
            self._fetch_whole(url, part)
            self.accept(part)
            part.replace(output_file)
        finally:
            part.unlink(missing_ok=True)

    def _fetch_whole(self, url: str, part: Path) -> None:
        for left in reversed(range(TRIES)):
            try:
                _fetch(url, part, self.label)
            except _BrokenOffError:
                if not left:
                    raise
            else:
                return


def fetch_text(url: str, *, most_bytes: int) -> str:
    """Return a small text from the net.

    Raises:
        WeightsError: it cannot be had, or what came is no text.
    """
    with _open(url) as answer:
        content = _first_bytes(answer, most_bytes + 1)
        if is_page(content[:512], answer.headers.get("Content-Type", "")):
            raise WeightsError(page_problem(content.decode("utf-8", "replace"), answer.url))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise WeightsError("what came is no text") from None
    if not text.strip() or len(content) > most_bytes or "\x00" in text:
        raise WeightsError("what came is no text of a licence")
    return text


@contextmanager
def quiet_pooch() -> Iterator[Any]:
    """Give pooch without its talk on stderr: what it says there, tfan says in its own words."""
    pooch = require("pooch", extra="", purpose="Downloading")
    log = pooch.get_logger()

    def is_urgent(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING

    log.addFilter(is_urgent)  # not its level, which another thread may be restoring
    try:
        yield pooch
    finally:
        log.removeFilter(is_urgent)


def _fetch(url: str, target: Path, label: str) -> None:
    with _open(url) as answer:
        declared = answer.headers.get("Content-Length", "")
        expected = int(declared) if declared.isdecimal() else None
        got = 0
        with target.open("wb") as file, _progress(label, expected) as advance:
            for piece in answer.iter_content(_PIECE_BYTES):
                file.write(piece)
                got += len(piece)
                advance(len(piece))
                if got > MOST_BYTES:
                    msg = f"the answer does not end: more than {MOST_BYTES:,} bytes came"
                    raise WeightsError(msg)
    if expected is not None and got != expected and "Content-Encoding" not in answer.headers:
        raise _BrokenOffError(f"it is cut short: {got:,} of {expected:,} bytes came")


@contextmanager
def _open(url: str) -> Iterator[Any]:
    """Give the answer that holds the file, past Google's question about large files."""
    requests = require("requests", extra="", purpose="Downloading")
    with requests.Session() as session, _plain_words(requests):
        session.max_redirects = MOST_REDIRECTS
        with _get(session, url) as answer:
            follow = _confirmation(answer)
            if follow is None:
                yield answer
                return
        address, parameters = follow
        if url.startswith("https:") and not address.startswith("https:"):
            raise WeightsError(_NOT_ENCRYPTED)
        with _get(session, address, params=parameters) as answer:
            yield answer


def _get(session: Any, url: str, **options: Any) -> Any:
    answer = session.get(url, stream=True, timeout=TIMEOUT_S, headers=_HEADERS, **options)
    problem = status_problem(answer.status_code)
    passed = [each.url for each in (*answer.history, answer)]
    if url.startswith("https:") and not all(each.startswith("https:") for each in passed):
        problem = _NOT_ENCRYPTED
    if problem:
        text = _first_bytes(answer, _PAGE_BYTES).decode("utf-8", "replace")
        answer.close()
        told = page_problem(text, answer.url) if is_page(text[:512].encode()) else ""
        raise WeightsError(f"{problem}; {told}" if "(quota)" in told else problem)
    return answer


def _confirmation(answer: Any) -> tuple[str, dict[str, str]] | None:
    """Return where a "download anyway" page leads, None for an answer that is no page."""
    if "text/html" not in answer.headers.get("Content-Type", "").lower():
        return None
    page = _first_bytes(answer, _PAGE_BYTES).decode("utf-8", "replace")
    follow = confirmed_address(page, answer.url)
    if follow is None:
        raise WeightsError(page_problem(page, answer.url))
    return follow


def _first_bytes(answer: Any, most_bytes: int) -> bytes:
    content = b""
    for piece in answer.iter_content(_PIECE_BYTES):
        content += piece
        if len(content) >= most_bytes:
            break
    return content[:most_bytes]


@contextmanager
def _plain_words(requests: Any) -> Iterator[None]:
    """Turn what requests raises into sentences."""
    errors = requests.exceptions
    try:
        yield
    except errors.TooManyRedirects as error:
        raise WeightsError("the server sends round in circles") from error
    except (errors.ChunkedEncodingError, errors.ContentDecodingError) as error:
        raise _BrokenOffError("it is cut short: the connection broke off") from error
    except errors.Timeout as error:
        raise WeightsError("the server does not answer in time") from error
    except errors.SSLError as error:
        raise WeightsError("the server's certificate is not accepted here") from error
    except errors.ProxyError as error:
        raise WeightsError("the proxy of this machine does not let it through") from error
    except errors.ConnectionError as error:
        if "timed out" in str(error):
            raise WeightsError("the server does not answer in time") from error
        raise WeightsError("there is no connection to the server") from error
    except errors.RequestException as error:
        raise WeightsError(f"the request failed: {error}") from error


@contextmanager
def _progress(label: str, total_bytes: int | None) -> Iterator[Callable[[int], object]]:
    """Give what counts bytes, shown on stderr where someone looks."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total_bytes)
        yield lambda count: progress.update(task, advance=count)
