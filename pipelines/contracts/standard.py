"""What the Open Data Contract Standard's own JSON schema says against a document. Our terms are in `lint`."""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache, reduce
from importlib.resources import files
from typing import Any, Final, cast

from jsonschema import Draft201909Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from pipelines.contracts.document import Issue, did_you_mean, shown
from pipelines.contracts.positioned_yaml import parse_yaml

_LONG: Final = 12
"""Vocabularies longer than this are not listed."""
_TYPE_IMPLIED_BY: Final = {"items": "array", "map": "map", "properties": "object"}
_JSON_TYPES: Final = {"object": "a mapping", "array": "a list", "string": "a text", "boolean": "true or false"}


def implied_type(given: Mapping[str, Any]) -> str:
    """The `logicalType` that the parts of a property imply, which has none."""
    return next((kind for part, kind in _TYPE_IMPLIED_BY.items() if part in given), "string")


def standard_issues(document: Mapping[str, Any]) -> list[Issue]:
    """Every breach of the standard's JSON schema, once each."""
    errors = [part for error in _validator().iter_errors(_typed(document)) for part in _errors_that_fit(error)]
    return list(dict.fromkeys(map(_issue, errors)))


@lru_cache(maxsize=10_000)
def issues_of_text(text: str) -> tuple[Issue, ...]:
    """The same of a text that `parse_yaml` takes: once a text, since a document takes some 30 ms."""
    document = parse_yaml(text).data
    return tuple(standard_issues(document)) if isinstance(document, dict) else ()


@cache
def _validator() -> Validator:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))
    keywords = {
        "$ref": _ref,
        "additionalProperties": _additional,
        "unevaluatedProperties": _unevaluated,
        "required": _required,
    }
    validator: Validator = extend(Draft201909Validator, keywords)(schema)  # type: ignore[no-untyped-call]
    return validator


def _typed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a `logicalType` where a property has none: what its parts imply, else a text.

    The schema's conditions hold of an absent type, all of them at once: it would ask a text for the parts of a map
    (`findings/odcs_schema_asks_columns_without_type_for_a_map.sh`).
    """
    elements = document.get("schema")
    if not isinstance(elements, list):
        return dict(document)
    return {**document, "schema": [_with_types(one) for one in elements]}


def _with_types(owner: Any) -> Any:
    """A table, or a property, with a type in all properties below it."""
    if not isinstance(owner, dict):
        return owner
    typed = dict(owner)
    if isinstance(owner.get("properties"), list):
        typed["properties"] = [_typed_property(one) for one in owner["properties"]]
    if "items" in owner:
        typed["items"] = _typed_property(owner["items"])
    if isinstance(owner.get("map"), dict):
        typed["map"] = {end: _typed_property(one) for end, one in owner["map"].items()}
    return typed


def _typed_property(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {"logicalType": implied_type(given), **_with_types(given)}


def _ref(validator: Any, ref: str, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """All references of the schema are its own definitions: no registry is needed."""
    yield from validator.descend(instance, _definition(ref))


@cache
def _definition(ref: str) -> Any:
    return reduce(lambda node, step: node[step], ref.removeprefix("#/").split("/"), _validator().schema)


def _additional(validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if allowed is False and isinstance(instance, dict):
        yield from _unknown_keys(instance, schema.get("properties", {}))


def _unevaluated(validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Keys that no branch of the schema names. Those of a branch that fails elsewhere are not unknown for that."""
    if allowed is False and isinstance(instance, dict):
        known, left = list[str](), set(instance)
        for name in _faults_named(validator, schema, instance):
            known.append(name)
            left.discard(name)
            if not left:
                return  # what lies behind conditions costs most, and nothing is looked for any more
        yield from _unknown_keys(instance, known)


def _faults_named(validator: Any, schema: Mapping[str, Any], instance: Any) -> Iterator[str]:
    yield from schema.get("properties", ())
    if "$ref" in schema:
        yield from _faults_named(validator, _definition(schema["$ref"]), instance)
    for part in schema.get("allOf", ()):
        yield from _faults_named(validator, part, instance)
    if "if" in schema:
        branch = "then" if validator.evolve(schema=schema["if"]).is_valid(instance) else "else"
        yield from _faults_named(validator, schema.get(branch, {}), instance)


def _unknown_keys(instance: Mapping[str, Any], known: Collection[str]) -> Iterator[ValidationError]:
    for key in instance:
        if key not in known:
            yield ValidationError(did_you_mean(key, known) or "remove it", path=[key])


def _required(validator: Any, required: list[str], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (ValidationError(f"add {key}", path=[key]) for key in required if key not in instance)


def _errors_that_fit(error: ValidationError) -> Iterator[ValidationError]:
    """The errors of the alternative that fits the instance's type; itself where there are none."""
    alternatives: dict[Any, list[ValidationError]] = {}
    for part in error.context or ():
        alternatives.setdefault(part.schema_path[0], []).append(part)
    fitting = [
        parts
        for parts in alternatives.values()
        if not any(part.validator == "type" and not part.path for part in parts)
    ]
    if len(fitting) != 1:
        yield error
        return
    for part in fitting[0]:
        yield from _errors_that_fit(part)


def _issue(error: ValidationError) -> Issue:
    steps = tuple(error.absolute_path)
    keyword, expected = str(error.validator), cast(Any, error.validator_value)
    last = shown(steps[-1]) if steps else "the document"
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return Issue(steps, f"unknown key {last}", error.message, is_about_key=True)
    if keyword == "required":
        return Issue(steps, f"{last} is missing", error.message)
    if keyword == "type":
        return Issue(steps, f"{last} is not {_types(expected)}", "correct the value, or quote it")
    if keyword == "enum":
        listed = f"one of {', '.join(expected)}" if len(expected) <= _LONG else "a value that the standard knows"
        return Issue(steps, f"{last} is not {listed}", did_you_mean(error.instance, expected) or "correct the value")
    return Issue(
        steps, f"{last} breaks the standard's rule {keyword}", f"see the standard: {keyword} {_brief(expected)}"
    )


def _types(expected: str | list[str]) -> str:
    names = [expected] if isinstance(expected, str) else expected
    return " or ".join(_JSON_TYPES.get(name, f"a {name}") for name in names)


def _brief(expected: Any) -> str:
    return str(expected) if isinstance(expected, str | int | float) else ""
