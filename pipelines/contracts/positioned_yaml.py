"""YAML text into plain data, with the line and column of every part. What the data means does not belong here.

Contracts are legal annexes that people edit by hand: a repeated key, a tag or a merge key is an error, and dates and
times stay the texts that they are. Depth and aliases are bounded: contracts may be synchronised from others.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

MAX_DEPTH: Final = 32
MAX_NODES: Final = 100_000

_PREFIX: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = (None, "!", _PREFIX + "str", _PREFIX + "seq", _PREFIX + "map")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS: Final = {
    spelling: is_true
    for words, is_true in ((("true", "yes", "on"), True), (("false", "no", "off"), False))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_NUMBERS: Final[tuple[tuple[re.Pattern[str], Callable[[str], int | float]], ...]] = (
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"[-+]?([0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?"), float),
)
"""No octals and no base 60, unlike YAML 1.1: 08:00, 16:00 and 012345674 are texts. A long digit string is a text."""


class YamlError(ValueError):
    """A text is not YAML that we take; says where and what would mend it."""

    def __init__(self, message: str, remedy: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{line}:{column}: {message} ({remedy})")
        self.message, self.remedy, self.line, self.column = message, remedy, line, column


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it begins (from 1). Mappings also know where their keys are."""

    value: "str | int | float | bool | list[Node] | dict[str, Node] | None"
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class PositionedDocument:
    """Plain data and its nodes."""

    data: Any
    root: Node

    def position(self, steps: tuple[str | int, ...], *, is_key: bool = False) -> tuple[int, int]:
        """Line and column (from 1) of a part, or of the nearest part that should hold it.

        A text as a step into a list finds the element of that name, server or property, or equal to it.
        """
        node = self.root
        for index, step in enumerate(steps):
            if is_key and index == len(steps) - 1 and step in node.keys:
                return node.keys[str(step)]
            below = _below(node, step)
            if below is None:
                break
            node = below
        return node.line, node.column


def parse_yaml(text: str) -> PositionedDocument:
    """The one document of a text.

    Raises:
        YamlError: no YAML, not one document, a repeated key, a tag, or more than the bounds allow.
    """
    try:
        root = _Composer(text).document()
    except yaml.YAMLError as error:
        raise _parser_fault(error, text) from None
    return PositionedDocument(_Expansion().plain(root, 0), root)


def _below(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(step))
    if not isinstance(node.value, list):
        return None
    if isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    return next((element for element in node.value if _goes_by(element, step)), None)


def _goes_by(node: Node, name: str) -> bool:
    if not isinstance(node.value, dict):
        return node.value == name
    return any(key in node.value and node.value[key].value == name for key in ("name", "server", "property"))


class _Composer:
    """Nodes from parser events.

    PyYAML's own composer recurses in C and ends the process on deep nesting (6.0.3).
    """

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node:
        next(self._events)  # stream start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise YamlError("the file is empty", "write the contract")
        root = self._node(next(self._events), 0)
        next(self._events)  # document end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _error_at(after, "a second document begins", "keep one contract in a file")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if depth >= MAX_DEPTH:
            raise _error_at(event, f"nested more than {MAX_DEPTH} deep", "flatten it")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _error_at(event, "the alias refers to nothing before it", "write the value out")
            return self._anchors[event.anchor]
        if event.tag not in _PLAIN_TAGS:
            raise _error_at(event, "tags are not taken", "write a plain value")
        node = self._value(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _value(self, event: Any, depth: int) -> Node:
        line, column = _position(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(_scalar(event), line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(list(self._elements(depth)), line, column)
        values, keys = self._entries(depth)
        return Node(values, line, column, keys)

    def _elements(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> tuple[dict[str, Node], dict[str, tuple[int, int]]]:
        values: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = _event_key(event)
            if key in keys:
                raise _error_at(event, "the key is given twice", f"keep one; the first is on line {keys[key][0]}")
            keys[key] = _position(event)
            values[key] = self._node(next(self._events), depth + 1)
        return values, keys


class _Expansion:
    """Plain data of nodes, aliases written out, within the bounds."""

    def __init__(self) -> None:
        self._count = 0

    def plain(self, node: Node, depth: int) -> Any:
        self._count += 1
        if self._count > MAX_NODES or depth >= MAX_DEPTH:
            raise YamlError(
                "the document is too large once aliases are written out", "shorten it", node.line, node.column
            )
        if isinstance(node.value, dict):
            return {key: self.plain(value, depth + 1) for key, value in node.value.items()}
        if isinstance(node.value, list):
            return [self.plain(value, depth + 1) for value in node.value]
        return node.value


def _event_key(event: Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise _error_at(event, "a key is not a text", "write a plain key")
    if event.value == "<<" and event.implicit[0]:
        raise _error_at(event, "merge keys are not taken", "write the keys out")
    return str(event.value)


def _scalar(event: Any) -> str | int | float | bool | None:
    text = str(event.value)
    if event.tag is not None or not event.implicit[0]:
        return text
    if text in _NULLS:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    return next((number(text) for pattern, number in _NUMBERS if pattern.fullmatch(text)), text)


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _error_at(event: Any, message: str, remedy: str) -> YamlError:
    return YamlError(message, remedy, *_position(event))


def _parser_fault(error: yaml.YAMLError, text: str) -> YamlError:
    """The parser's complaint; its own words never quote the text."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        message = ", ".join(part for part in (error.problem, error.context) if part)
        return YamlError(
            f"not YAML: {message}", "mend the syntax", error.problem_mark.line + 1, error.problem_mark.column + 1
        )
    offset = getattr(error, "position", 0)
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return YamlError("a character that YAML does not allow", "remove it", line, column)
