"""Chromium as a renderer: found on this machine, and run headless on one page of ours, without network."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SECONDS: Final = 120
"""For one page; a dossier takes two or three."""
_OPTIONS: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)


class RendererError(RuntimeError):
    """No PDF could be made; the message says what is missing, and what would mend it."""


class NoRendererError(RendererError):
    """Chromium is not installed."""


def has_chromium() -> bool:
    """Whether pages can be printed here."""
    return any(map(shutil.which, NAMES))


def chromium_program() -> Path:
    """Where Chromium lies.

    Raises:
        NoRendererError: nowhere on the path.
    """
    found = next((place for name in NAMES if (place := shutil.which(name))), None)
    if found is None:
        raise NoRendererError("Chromium, which prints the PDF, is not on the path: `apt-get install chromium`")
    return Path(found)


def printed_by_chromium(html: str) -> bytes:
    """A page as Chromium prints it, with the instant of printing in it.

    Raises:
        RendererError: Chromium is missing, did not end in time, or left nothing.
    """
    program = chromium_program()
    with TemporaryDirectory(prefix="opposable-pdf-") as folder:
        page, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        _run_chromium([str(program), *_OPTIONS, *_sandbox(), profile, f"--print-to-pdf={target}", page.as_uri()])
        if not target.exists():
            raise RendererError(f"{program} printed nothing; see whether `{program} --version` runs under this user")
        return target.read_bytes()


def _run_chromium(command: list[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own arguments
    except subprocess.TimeoutExpired:
        raise RendererError(f"{command[0]} did not print the page within {SECONDS} seconds; try again") from None


def _sandbox() -> tuple[str, ...]:
    """Chromium refuses its sandbox to root; the page is our own, runs no script and reaches no network."""
    return ("--no-sandbox",) if os.geteuid() == 0 else ()
