"""YAML files of the rulebook with the line of each key, and problems found in them.

What they mean is in `card` and `parameters`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Strict, ValidationError

from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.suggestions import hint_at

_EXPECTED: Final = {
    "model_type": "expected keys with values",
    "dataclass_type": "expected keys with values",
    "dict_type": "expected keys with values",
    "tuple_type": "expected a list",
    "too_short": "expected at least one",
    "string_type": "expected text",
    "string_too_short": "expected text, not nothing",
    "date_type": "expected a date, such as 2026-08-11, or null",
}
_UNKNOWN_KEY: Final = ("extra_forbidden", "unexpected_keyword_argument")
MOST_DEPTH: Final = 32
MOST_PLACES: Final = 20_000
"""Keys and list items of a file, aliases written out; the biggest that we ship has some hundreds."""
_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
"""The parser in C, where PyYAML was built with it, reads six times as fast."""


def _construct_date(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(
            problem=f"no such date: {error}", problem_mark=node.start_mark
        ) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _construct_date)


class CatalogueProblem(NamedTuple):
    """Something wrong in a file of the rulebook. Problems sort by file, line and message."""

    file: Path
    line: int
    """1-based."""
    message: str

    def __str__(self) -> str:
        """As compilers write it, so that editors jump there."""
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueError(ValueError):
    """The rulebook can't be used. Holds every problem at once; the message has a line for each."""

    def __init__(self, problems: Iterable[CatalogueProblem]) -> None:
        """Problems found twice are said once."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class Model(BaseModel):
    """Base of what is read from the rulebook: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)


Day = Annotated[date, Strict()]


class Override(Model):
    """Why a house judges otherwise than the shipped rulebook, and who decided it, when. No verdict hangs on it."""

    reason: Bilingual
    decided_by: str
    """A person, by name."""
    decided_on: Day


@dataclass(frozen=True)
class YamlFile:
    """A file as read: its data, and the line of each key by dotted path (`examples.2.given`)."""

    path: Path = Path()
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """The 1-based line of a dotted path, or of its nearest ancestor that stands in the file, or 1."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key, 1)

    def problem(self, key: str, message: str) -> CatalogueProblem:
        """A problem at the line of a dotted path."""
        return CatalogueProblem(self.path, self.line_of(key), message)


def read_yaml_file(path: Path) -> YamlFile:
    """Read one YAML file that holds a mapping.

    Raises:
        CatalogueError: it is not UTF-8, not YAML, not a mapping, or repeats a key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        _confirm_depth(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        places = _bounded_places(node) if node else []  # first: construction writes merged keys (`<<`) into the nodes
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError(
            [CatalogueProblem(path, line, f"{' '.join(filter(None, (error.context, error.problem)))}")]
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise CatalogueError([CatalogueProblem(path, 1, f"not readable as UTF-8 YAML: {error}")]) from None
    if not isinstance(data, dict):
        raise CatalogueError([CatalogueProblem(path, 1, "expected keys with values (`id: …`) at the top of the file")])
    lines = dict(reversed(places))
    repeated = [
        CatalogueProblem(path, line, f"`{key}` is given twice; keep one") for key, line in places if lines[key] != line
    ]
    if repeated:
        raise CatalogueError(repeated)
    return YamlFile(path, data, lines)


def _confirm_depth(text: str) -> None:
    """Before the nodes are made, which takes a call a level.

    Raises:
        MarkedYAMLError: it is no YAML, or nested deeper than anybody can read.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MOST_DEPTH} levels", problem_mark=mark)


def _bounded_places(node: yaml.Node) -> list[tuple[str, int]]:
    """All places of a file.

    Raises:
        MarkedYAMLError: there are too many, perhaps because aliases (`*name`) multiply, or hold themselves.
    """
    try:
        places = list(islice(_places(node), MOST_PLACES + 1))
        is_too_much = len(places) > MOST_PLACES
    except RecursionError:
        is_too_much = True
    if is_too_much:
        raise yaml.MarkedYAMLError(
            problem=f"more than {MOST_PLACES} keys and items once its aliases are written out; write them yourself"
        )
    return places


def _places(node: yaml.Node, parent: str = "") -> Iterator[tuple[str, int]]:
    """Dotted path and line of every key and list item below a node, in the file's order."""
    children: Iterable[tuple[Any, yaml.Node, yaml.Node]] = ()
    if isinstance(node, yaml.MappingNode):
        children = ((key.value, key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        children = ((index, value, value) for index, value in enumerate(node.value))
    for name, place, value in children:
        path = f"{parent}.{name}" if parent else f"{name}"
        yield path, place.start_mark.line + 1
        yield from _places(value, path)


def problems_of(
    error: ValidationError, file: YamlFile, model: type[BaseModel], within: str = ""
) -> list[CatalogueProblem]:
    """What pydantic found wrong, in words, each at its line; `within` is the dotted path of the part that was read."""
    keys = _keys(model)
    problems = []
    for detail in error.errors():
        key = ".".join(map(str, (within, *detail["loc"]) if within else detail["loc"]))
        name = str(detail["loc"][-1]) if detail["loc"] else ""
        message = f"`{key}`: {_EXPECTED.get(detail['type'], detail['msg'])}" if key else detail["msg"]
        messages = {"missing": f"`{key}` is missing"} | dict.fromkeys(_UNKNOWN_KEY, unknown("key", name, keys))
        problems.append(file.problem(key, messages.get(detail["type"], message)))
    return problems


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key that a model and the models inside it accept."""
    schema = model.model_json_schema()
    return {key for part in (schema, *schema.get("$defs", {}).values()) for key in part.get("properties", {})}


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """`unknown <what> …`, with the nearest known name if there is one."""
    return f"unknown {what} `{name}`{hint_at(name, known, '`{}`')}"
