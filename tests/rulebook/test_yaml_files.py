"""Files of the rulebook as YAML: whatever their shape, they end in data or in a message with a line."""

from pathlib import Path

import pytest

from pipelines.rulebook.yaml_files import MOST_DEPTH, CatalogueError, read_yaml_file
from tests.support.paths import ROOT

TIMES_TEN = "\n".join(f"a{place}: &a{place} [{', '.join([f'*a{place - 1}'] * 10)}]" for place in range(1, 7))


def problem_of(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        read_yaml_file(path)
    (problem,) = caught.value.problems
    return f"{problem.line}: {problem.message}"


@pytest.mark.fault(
    area="runs",
    fault="A rule card is nested deeper than anybody reads",
    promise="A message with the line, no crash.",
)
def test_what_is_nested_deeper_than_anybody_reads_is_told(tmp_path: Path) -> None:
    text = "id: x\nbasis: " + "[" * MOST_DEPTH + "]" * MOST_DEPTH
    assert problem_of(tmp_path / "x.yaml", text) == "2: nested deeper than 32 levels"


@pytest.mark.fault(
    area="runs",
    fault="A rule card whose aliases contain themselves, or multiply",
    promise="A message with the line, within bounds of time and memory.",
)
@pytest.mark.parametrize("text", ["a: &a [*a]", f"a0: &a0 [x]\n{TIMES_TEN}"], ids=["in itself", "ten times ten"])
def test_aliases_that_never_end_or_multiply_are_told(tmp_path: Path, text: str) -> None:
    assert problem_of(tmp_path / "x.yaml", text).startswith("1: more than 20000 keys and items once its aliases are")


def test_few_aliases_are_written_out_and_nothing_is_no_mapping(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: &a {b: 1}\nc: {<<: *a, d: 2}\n", encoding="utf-8")
    assert read_yaml_file(path).data == {"a": {"b": 1}, "c": {"b": 1, "d": 2}}
    path.write_text("{}", encoding="utf-8")
    assert read_yaml_file(path).data == {}


def test_no_shipped_file_gives_a_key_twice() -> None:
    """Of two alike the second would count in silence: a sentence, a threshold, a test of a mart."""
    files = [path for folder in ("pipelines", "dbt_project/models") for path in (ROOT / folder).rglob("*.y*ml")]
    assert ROOT / "pipelines" / "wording" / "translations" / "en.yaml" in files
    for path in files:
        read_yaml_file(path)
