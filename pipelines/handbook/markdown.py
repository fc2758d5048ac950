"""What pages share: templates, tables, values as contracts write them. What a page says is in its own module."""

from collections.abc import Iterable
from typing import Any, Final

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

_LONGEST_EXAMPLE: Final = 60

_TEMPLATES: Final = Environment(
    loader=PackageLoader("pipelines.handbook"),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - Markdown of our own words, no web page
)


def filled(template: str, **values: Any) -> str:
    """A page of `templates/` with its values."""
    return _TEMPLATES.get_template(template).render(**values)


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; cells are Markdown, their vertical bars are escaped."""
    lines = [list(headings), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def yaml_code(value: Any) -> str:
    """A value as a contract would hold it, on one line, as code."""
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    inner = text.strip()[1:-1]
    return f"`` {inner} ``" if "`" in inner else f"`{inner}`"


def short_yaml_code(value: Any) -> str:
    """The same, and nothing where it would be long."""
    code = yaml_code(value)
    return code if len(code) <= _LONGEST_EXAMPLE else "…"
