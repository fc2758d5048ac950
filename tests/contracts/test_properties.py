"""Contracts: what holds of any change to a right one."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft201909Validator

from pipelines.contracts.book import examine_contract
from pipelines.contracts.positioned_yaml import parse_yaml
from pipelines.contracts.standard import standard_issues
from tests.support.contract_files import VALID, write

Steps = tuple[str | int, ...]


def parts_of(value: Any, steps: Steps = ()) -> list[Steps]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [steps, *(found for step, part in below for found in parts_of(part, (*steps, step)))]


DOCUMENT = parse_yaml(VALID).data
PARTS = [steps for steps in parts_of(DOCUMENT) if steps]
LEAVES = [steps for steps in PARTS if not any(other[:-1] == steps for other in PARTS)]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes()
    | st.sampled_from(
        ["active", "lead_id", "proofDeadline", "channels", "Europe", "../..", "utf-16", "P", "h", "0 0 31 2 *"]
    )
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def mutated(steps: Steps, value: Any, is_dropped: bool) -> str:
    document = parse_yaml(VALID).data
    holder = document
    for step in steps[:-1]:
        holder = holder[step]
    if is_dropped:
        del holder[steps[-1]]
    else:
        holder[steps[-1]] = value
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


@pytest.mark.fault(
    area="content",
    fault="Any value of a contract is replaced by anything",
    promise="A contract or a message with a place; never an error of the program.",
)
@given(steps=st.sampled_from(PARTS), value=VALUES, is_dropped=st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mutation_gives_a_contract_or_a_problem_with_a_place(
    tmp_path: Path, steps: Steps, value: Any, is_dropped: bool
) -> None:
    text = mutated(steps, value, is_dropped)
    path = write(tmp_path, text)
    examined = examine_contract(path)
    last = text.count("\n") + 1
    assert all(1 <= problem.line <= last and problem.column >= 1 for problem in examined.problems)
    assert all(problem.message and problem.remedy for problem in examined.problems)
    assert (examined.contract is None) == any(problem.severity == "error" for problem in examined.problems)


@given(steps=st.sampled_from(PARTS), value=VALUES, is_dropped=st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_standards_schema_is_asked_for_no_more_and_no_less(steps: Steps, value: Any, is_dropped: bool) -> None:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8"))
    document = parse_yaml(mutated(steps, value, is_dropped)).data
    if steps[-1] != "logicalType":  # the schema wants one, we take a text for granted
        assert Draft201909Validator(schema).is_valid(document) == (not standard_issues(document))


CANARY = "jeanne.martin@exemple.fr"


@pytest.mark.fault(
    area="personal",
    fault="A contract holds a person's data where it should not",
    promise="No message of the lint quotes it.",
)
def test_no_problem_quotes_a_value(tmp_path: Path) -> None:
    for steps in LEAVES:
        if steps[-1] == "format" and "logicalTypeOptions" in steps:
            continue  # a date pattern is quoted to say what is wrong in it
        path = write(tmp_path, mutated(steps, CANARY, False))
        problems = examine_contract(path).problems
        assert CANARY not in "".join(problem.message + problem.remedy for problem in problems), steps
