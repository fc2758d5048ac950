"""Plain data as YAML text with comments. No contract is known here."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 118
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_FLAGS_AND_NULLS: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


@dataclass(frozen=True)
class Noted:
    """A value with comments above it."""

    value: Any
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inline:
    """A mapping or list without nested ones, on one line."""

    value: Mapping[str, Any] | Sequence[Any]


@dataclass(frozen=True)
class Comment:
    """An element or entry of which only the comments are written."""

    notes: tuple[str, ...]


def yaml_text(document: Mapping[str, Any], heading: Sequence[str] = ()) -> str:
    """Mappings, lists, texts, numbers, flags and None as a YAML document; keys are plain words."""
    return "\n".join([*_comments(heading, ""), *_block(document, "")]) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    entries = value.items() if isinstance(value, Mapping) else [(None, element) for element in value]
    for key, entry in entries:
        notes, content = (entry.notes, entry.value) if isinstance(entry, Noted) else ((), entry)
        if isinstance(content, Comment):
            yield from _comments(content.notes, indent)
            continue
        yield from _comments(notes, indent)
        yield from _yaml_entry(key, content, indent)


def _yaml_entry(key: str | None, content: Any, indent: str) -> Iterator[str]:
    lead = f"{indent}- " if key is None else f"{indent}{key}: "
    if isinstance(content, Mapping | list | tuple) and content:
        lines = list(_block(content, indent + "  "))
        if key is None:
            first = next(place for place, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines[first] = f"{indent}- {lines[first].lstrip()}"
            lines = [*(line.replace("  #", "#", 1) for line in lines[:first]), *lines[first:]]
        else:
            yield lead.rstrip()
        yield from lines
    else:
        yield lead + _flow(content)


def _flow(content: Any) -> str:
    value = content.value if isinstance(content, Inline) else content
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _FLAGS_AND_NULLS
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _comments(notes: Sequence[str], indent: str) -> Iterator[str]:
    for note in notes:
        width = _WIDTH - len(indent)
        yield from (f"{indent}# {line}" for line in textwrap.wrap(note, width, break_long_words=False) or [""])
