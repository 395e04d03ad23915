"""What a server sent instead of weights, in words, and whether a file is a whole archive."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tfan.errors import WeightsError

ZIP_MAGIC = b"PK\x03\x04"
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--")
_HOSTS = ("google.com", "googleusercontent.com")  # a confirm page may send on to these

PAGES = (  # what stands in a page -> what it is; the first that fits
    (r"quota\s+(?:has been\s+)?exceeded|download quota|too many users have viewed or downloaded",
     "Google's page about too many downloads (quota) came instead; it opens again within a day"),
    (r"accounts\.google\.com|servicelogin|sign in to continue|<title>[^<]*sign[ -]?in",
     "a page that asks to sign in came instead"),
    (r"unusual traffic|recaptcha|/sorry/", "a page that asks for proof of a person came instead"),
    (r"you need (?:access|permission)|request access", "a page without permission came instead"),
    (r"file (?:you have requested )?does not exist|file not found|404\.", "the file is gone"),
    (r"virus scan|can't scan this file", "Google's question about the virus scan came again"),
)  # fmt: skip
STATUSES = {
    401: "the server asks to sign in (401)",
    403: "the server refuses it (403): too many downloads, or not public any more",
    404: "it is not at its address any more (404)",
    410: "it is not at its address any more (410)",
    429: "the server has had too many requests (429); try again in an hour",
}


def status_problem(status: int) -> str:
    """Return what is wrong with the status of an answer, "" for 200."""
    if status == 200:
        return ""
    if status >= 500:
        return f"the server failed ({status}); try again later"
    return STATUSES.get(status, f"the server answered {status} instead of the file")


def is_page(start: bytes, content_type: str = "") -> bool:
    """Say whether bytes or their declared type are those of a web page."""
    if start.startswith(ZIP_MAGIC):
        return False
    return start.lstrip().lower().startswith(_PAGE_STARTS) or "text/html" in content_type.lower()


def page_problem(page: str, address: str = "") -> str:
    """Return what a web page that came instead of a file is."""
    text = f"{address}\n{page}".lower()
    for pattern, problem in PAGES:
        if re.search(pattern, text):
            return problem
    return "a web page came instead of the file"


def confirmed_address(page: str, address: str) -> tuple[str, dict[str, str]] | None:
    """Return where a "download anyway" page leads: an address and its parameters.

    None where the page asks no such thing, or leads to another site than Google's or its own.
    """
    form = _Form()
    form.feed(page)
    if "confirm" in form.hidden:
        target = urljoin(address, form.action)
        return (target, form.hidden) if _is_trusted(target, address) else None
    link = re.search(r'href="([^"]*[?&](?:amp;)?confirm=[\w-]+[^"]*)"', page)
    if link is None:
        return None
    target = urljoin(address, link[1].replace("&amp;", "&"))
    return (target, {}) if _is_trusted(target, address) else None


def check_archive(path: Path, *, least_bytes: int) -> None:
    """Refuse what is not a whole PyTorch archive, by its size, its start, its end and its CRCs.

    Raises:
        WeightsError: what the file is instead; its name leads the sentence.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(512)
    if not size:
        raise WeightsError(f"{path.name} is empty")
    if is_page(start):
        text = path.read_bytes()[:200_000].decode("utf-8", "replace")
        raise WeightsError(f"{path.name} is no weights: {page_problem(text)}")
    if not start.startswith(ZIP_MAGIC):
        raise WeightsError(f"{path.name} is no PyTorch archive: it begins with {start[:8]!r}")
    _check_entries(path)
    if size < least_bytes:
        msg = f"{path.name} has {size:,} bytes, the published file has {least_bytes:,} at least"
        raise WeightsError(msg)


def _check_entries(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            broken = archive.testzip()
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise WeightsError(f"{path.name} is cut short or damaged") from error
    if broken is not None:
        raise WeightsError(f"{path.name} is damaged in {broken}")
    if not any(name.endswith("/data.pkl") for name in names):
        first = names[0] if names else "nothing"
        raise WeightsError(f"{path.name} is another archive, no PyTorch file: it holds {first}")


def _is_trusted(target: str, address: str) -> bool:
    there, here = urlsplit(target), urlsplit(address)
    if there.netloc == here.netloc:
        return there.scheme == here.scheme
    host = there.hostname or ""
    known = any(host == name or host.endswith(f".{name}") for name in _HOSTS)
    return known and there.scheme == "https"


class _Form(HTMLParser):
    """The hidden fields of a page's first form and where they go."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = found.get("action", "")
        elif tag == "input" and found.get("type") == "hidden" and "name" in found:
            self.hidden[found["name"]] = found.get("value", "")
