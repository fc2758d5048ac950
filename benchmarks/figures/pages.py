"""What is rendered from the results: blocks of two pages, and the picture."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.figures.charts import chart
from benchmarks.figures.results import Results
from benchmarks.figures.tables import axis_lines, summary_lines
from benchmarks.markdown import with_block
from benchmarks.open_stack.table import open_stack_lines

ROOT: Final = Path(__file__).parents[2]
PICTURE: Final = "docs/images/figures.svg"


def rendered(results: Results, root: Path = ROOT) -> Mapping[Path, str]:
    """Each file with the text that it should have."""
    readme, page = root / "README.md", root / "benchmarks" / "README.md"
    picture = f"![CPU of each stage along each axis]({{}}{PICTURE})\n"
    of_page = with_block(_text(page), "figures", (picture.format("../"), *axis_lines(results)))
    return {
        readme: with_block(_text(readme), "figures", (picture.format(""), *summary_lines(results))),
        page: with_block(of_page, "open stack", _open_stack(results)),
        root / PICTURE: chart(results),
    }


def render(results: Results, root: Path = ROOT) -> None:
    """Write them."""
    for path, text in rendered(results, root).items():
        path.write_text(text, encoding="utf-8")


def _open_stack(results: Results) -> Iterator[str]:
    if results.open_stack:
        yield from open_stack_lines(results.open_stack, results.open_stack_leads)
        if results.open_stack_other_cores is not None:
            busy = f"{results.open_stack_other_cores:.1f} of {results.machine.cores} cores"
            yield f"\nOther programs kept {busy} busy meanwhile."
    else:
        yield f"Not measured: {results.failures.get('open_stack', 'left out of this run')}."


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
