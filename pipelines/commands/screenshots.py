"""`make screenshots`: the images of the README, taken in the real UI and of the real pages of a finished demo.

Needs the development packages and Chromium, so it is no command of the installed program.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from pipelines.commands.shared import house_of_settings, refuse
from pipelines.commands.ui_server import CHROMIUM, chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PAPER: Final["ViewportSize"] = {"width": 1280, "height": 900}
WIDE: Final["ViewportSize"] = {"width": 1600, "height": 1000}
GRID: Final["ViewportSize"] = {"width": 1440, "height": 900}
TALL: Final["ViewportSize"] = {"width": 1440, "height": 1100}
DELIVERY: Final = ("2026-08-11", "relance-directe")
AROUND: Final = "[2026-08-05...2026-08-16]"
FETCHED: Final = "() => !/fetching|Loading/.test(document.body.innerText)"
MOVES: Final = 20
BETWEEN_MILLISECONDS: Final = 400


def screenshots(
    folder: Annotated[Path, typer.Argument(help="Where the images go.")],
    vendor: Annotated[str, typer.Option(help="Whose dossier is shown.")] = DELIVERY[1],
) -> None:
    """Take the README's images of the home's finished demo: `opposable demo` goes before."""
    home = house_of_settings().settings.home
    dossiers = sorted((home / "dossiers" / vendor).glob("*/index.en.html"))
    if not dossiers:
        refuse(f"{home}: no dossier of a vendor {vendor}; run `opposable demo` first")
    if not CHROMIUM.exists():
        refuse(f"{CHROMIUM}: Chromium is missing (apt-get install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, serving(home) as address:
        page = browser.new_page()
        shots: dict[str, tuple[ViewportSize, Callable[[], object]]] = {
            "dossier": (PAPER, lambda: page.goto(dossiers[-1].as_uri())),
            "portfolio": (PAPER, lambda: page.goto((home / "dossiers" / "index.en.html").as_uri())),
            "asset-graph": (WIDE, lambda: show_graph(page, address)),
            "partitions": (GRID, lambda: show_partition(page, address, *DELIVERY)),
            "run": (TALL, lambda: show_run(page, address)),
        }
        for name, (size, show) in shots.items():
            page.set_viewport_size(size)
            show()
            file = folder / f"{name}.png"
            file.write_bytes(_settled_image(page))
            typer.echo(f"{file}  {file.stat().st_size // 1000} kB")


def show_graph(page: "Page", address: str) -> None:
    """The groups of the assets, with their states fetched."""
    page.goto(f"{address}/asset-groups/")
    page.get_by_text("verdicts").locator("visible=true").first.wait_for()
    page.wait_for_function(FETCHED)


def show_partition(page: "Page", address: str, day: str, vendor: str) -> None:
    """The grid of `verdicts` around a day, and the counts of one delivery."""
    page.goto(f"{address}/assets/verdicts?view=partitions&delivery_date_range={AROUND}&partition={day}|{vendor}")
    page.get_by_text("lead uses").wait_for()


def show_run(page: "Page", address: str) -> None:
    """The last run of the job `deliveries`, with its steps and events."""
    page.goto(f"{address}/runs?q[0]=job:deliveries")
    page.locator("a[href^='/runs/']").locator("visible=true").first.click()
    page.get_by_text("RUN_SUCCESS").wait_for()


def _settled_image(page: "Page") -> bytes:
    """The image of a page once it no longer moves: two in a row are the same."""
    page.wait_for_load_state("networkidle")
    before, image = b"", page.screenshot()
    for _ in range(MOVES):
        if image == before:
            break
        page.wait_for_timeout(BETWEEN_MILLISECONDS)
        before, image = image, page.screenshot()
    return image


if __name__ == "__main__":
    typer.run(screenshots)
