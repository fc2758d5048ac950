"""Keys of a contract that are younger than the version of the standard that it names.

From the changelog of the Open Data Contract Standard, https://bitol-io.github.io/open-data-contract-standard/, and the
differences of its JSON schemas v3.0.2, v3.1.0 and v3.2.0, for what our contracts use.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipelines.contracts.document import Issue

_PROPERTY: Final = ("schema", "properties")
LATER_KEYS: Final = {
    ("team", "members"): "v3.1.0",
    (*_PROPERTY, "logicalTypeOptions", "defaultTimezone"): "v3.1.0",
    (*_PROPERTY, "logicalTypeOptions", "timezone"): "v3.1.0",
    ("slaProperties", "schedule"): "v3.1.0",
    ("slaProperties", "scheduler"): "v3.1.0",
    (*_PROPERTY, "enum"): "v3.2.0",
    (*_PROPERTY, "items", "enum"): "v3.2.0",
    ("customProperties", "vendor"): "v3.2.0",
}
LATER_TYPES: Final = {"timestamp": "v3.1.0", "time": "v3.1.0"}
"""Values of `logicalType`."""
_VERSION: Final = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def version_issues(document: Mapping[str, Any]) -> Iterator[Issue]:
    """A warning where `apiVersion` is below the youngest key that the document uses."""
    stated = document.get("apiVersion")
    number = _version_number(stated)
    used = sorted(_used(document), key=lambda one: _version_number(one[1]))
    if used and number and number < _version_number(used[-1][1]):
        key, version = used[-1]
        message = f"apiVersion is below what the contract uses: {key} came with {version}"
        yield Issue(("apiVersion",), message, f"apiVersion: {version}", "warning")


def _version_number(version: object) -> tuple[int, ...]:
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    return tuple(map(int, match.groups())) if match else ()


def _used(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys and types that are not in the standard's first version of ours, with the version that brought them."""
    for names, value in _entries_below(document, ()):
        if names in LATER_KEYS:
            yield ".".join(names), LATER_KEYS[names]
        if names[-1] == "logicalType" and isinstance(value, str) and value in LATER_TYPES:
            yield f"logicalType: {value}", LATER_TYPES[value]


def _entries_below(node: Any, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every key of every mapping, by the keys that lead to it, whatever lists lie between; not within our own terms."""
    if isinstance(node, list):
        for element in node:
            yield from _entries_below(element, names)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield (*names, key), value
            if (*names, key) != ("customProperties", "value"):
                yield from _entries_below(value, (*names, key))
