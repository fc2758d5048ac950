"""The pages that Great Expectations writes, made to stand alone, and our own front page for them.

Its pages load scripts, styles and a logo from a dozen hosts, which would learn who reads our vendors' figures; and its
front page is empty without them.
"""

import re
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipelines.marts.results import SuiteResult

STYLE: Final = Path(__file__).with_name("data_docs.css")
_OUTSIDE: Final = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<footer\b.*?</footer>|<style\b.*?</style>", re.DOTALL
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever else a later version of the pages may ask for, no browser fetches it."""


def stand_alone(docs: Path, results: Sequence["SuiteResult"]) -> None:
    """Rewrite the pages below a folder so that they ask nobody for anything, with a front page of the results."""
    for page in docs.rglob("*.html"):
        kept = _OUTSIDE.sub("", page.read_text(encoding="utf-8"))
        page.write_text(kept.replace("</head>", f"{_page_head()}</head>", 1), encoding="utf-8")
    shutil.rmtree(docs / "static", ignore_errors=True)
    (docs / "index.html").write_text(_front_page(docs, results), encoding="utf-8")


def _page_head() -> str:
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return f"{policy}<style>{STYLE.read_text(encoding='utf-8')}</style>"


def _front_page(docs: Path, results: Sequence["SuiteResult"]) -> str:
    lines = "\n".join(_line(docs, result) for result in results)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Quality of the marts</title>
{_page_head()}
</head>
<body><main>
<h1>Quality of the marts</h1>
<p>What each published mart must satisfy, and how each vendor's latest delivery compares with its own past.</p>
<table>
<thead><tr><th>Suite</th><th>Mart</th><th>Expectations</th><th>Result</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
</main></body>
</html>
"""


def _line(docs: Path, result: "SuiteResult") -> str:
    link = escape(result.page.relative_to(docs).as_posix(), quote=True)
    word = '<span class="met">as expected</span>'
    if not result.is_met:
        word = '<span class="unmet">not as expected</span><br>' + "<br>".join(escape(line) for line in result.unmet)
    return (
        f'<tr><td><a href="{link}">{escape(result.name)}</a></td><td>{escape(result.mart)}</td>'
        f"<td>{result.expectation_count}</td><td>{word}</td></tr>"
    )
