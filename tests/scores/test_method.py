"""Versions of the method: whole, dated, frozen for a contract period, shown side by side for a while."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines.contracts.contract import Contract
from pipelines.scores.method import SHIPPED_FOLDER, load_methods, shipped_methods
from pipelines.scores.method_error import MethodError
from tests.support.contract_files import FIXTURE, read_contract

JANUARY = date(2026, 1, 1)
FIRST = (SHIPPED_FOLDER / "1.yaml").read_text(encoding="utf-8").replace('formerly: ["2026.2+2026.2"]', "formerly: []")
HOUSE = FIRST.replace('version: "1"', 'version: "house-1"')


@pytest.fixture(scope="module")
def signed() -> Contract:
    return replace(read_contract(FIXTURE), valid_from=JANUARY, renewal_on=date(2027, 1, 1), scoring_method=None)


def own(folder: Path, written: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "house-1.yaml").write_text(written, encoding="utf-8")
    return folder


def test_version_1_says_the_constants_of_before() -> None:
    """The numbers of scoring and grading method 2026.2, as they were published."""
    one = shipped_methods().versions[0]
    assert (one.version, one.stamps, one.window) == ("1", ("1", "2026.2+2026.2"), "all")
    scoring, grading = one.scoring, one.grading
    assert (scoring.slope_within, scoring.slope_beyond, scoring.least_tolerance) == (20, 30, 0.001)
    assert scoring.weights == {"consent": 30, "proof": 25, "opposition": 25, "conformity": 10, "quality": 10}
    assert scoring.critical == ("consent", "proof", "opposition", "conformity")
    assert (scoring.allowance, scoring.least_rated_share) == (20, 0.05)
    tolerated = {"consent": 0.01, "proof": 0.01, "opposition": 0.01, "conformity": 0.05, "quality": 0.05}
    assert scoring.tolerances == tolerated
    numbers = grading.confidence
    assert (numbers.miscoverage, numbers.expected_rate, numbers.caution) == (0.05, 0.01, 0.9)
    assert (numbers.assumed_correlation, numbers.assumed_weight) == (0.025, 4)
    assert grading.grades == {"A": 90, "B": 80, "C": 65, "D": 50, "E": 0}
    assert (grading.rise_margin, grading.least_effective_leads) == (3, 500)
    assert (grading.least_breach_leads, grading.least_breach_deliveries) == (100, 3)
    [gate] = grading.gates
    assert (gate.id, gate.cap, gate.least_count, gate.above_rate) == ("opposed_redelivered", "D", 3, 0.001)


def test_the_version_in_force_at_the_start_of_the_contract_period_counts(signed: Contract) -> None:
    methods, renewed = shipped_methods(), replace(signed, valid_from=date(2027, 1, 1), renewal_on=None)
    assert methods.of_contract((signed, renewed), date(2026, 12, 31)).version == "1"
    assert methods.of_contract((signed, renewed), date(2027, 1, 1)).version == "2"
    assert methods.of_contract((), date(2026, 12, 1)).version == "2"


def test_an_amendment_changes_neither_the_period_nor_its_method(signed: Contract) -> None:
    methods, amended = shipped_methods(), replace(signed, valid_from=date(2026, 12, 15), scoring_method="2")
    assert methods.of_contract((signed, amended), date(2026, 12, 20)).version == "1"


@pytest.mark.parametrize(("word", "version"), [("2", "2"), ("1", "1"), ("2026.2+2026.2", "1")])
def test_a_contract_names_its_version_by_any_of_its_words(signed: Contract, word: str, version: str) -> None:
    named = replace(signed, scoring_method=word)
    assert shipped_methods().of_contract((named,), date(2026, 8, 1)).version == version


def test_a_version_that_is_not_there_is_refused_by_contract(signed: Contract) -> None:
    named = replace(signed, scoring_method="9")
    with pytest.raises(MethodError, match=r"contract of 2026-01-01: scoringMethod 9: expected one of 1, 2"):
        shipped_methods().of_contract((named,), date(2026, 8, 1))


@pytest.mark.parametrize(
    ("counts", "on", "beside"),
    [
        ("1", date(2026, 11, 30), None),
        ("1", date(2026, 12, 1), "2"),
        ("2", date(2026, 12, 1), "1"),
        ("1", date(2027, 5, 31), "2"),
        ("2", date(2027, 6, 1), None),
    ],
)
def test_for_a_period_two_versions_stand_side_by_side(counts: str, on: date, beside: str | None) -> None:
    methods = shipped_methods()
    method = methods.named(counts)
    assert method is not None
    other = methods.beside(method, on)
    assert (other.version if other else None) == beside


@pytest.mark.parametrize(
    ("window", "since"),
    [
        ("all", None),
        ("month", date(2026, 8, 1)),
        ("trailing_90_days", date(2026, 5, 20)),  # 18 August: 18 + 31 + 30 + 11 days back
        ("contract_to_date", JANUARY),
    ],
)
def test_which_deliveries_count(signed: Contract, window: str, since: date | None) -> None:
    method = replace(shipped_methods().versions[0], window=window)
    amended = replace(signed, valid_from=date(2026, 7, 1))
    assert method.since((signed, amended), date(2026, 8, 18)) == since


def test_a_method_of_the_house_stands_beside_the_others(tmp_path: Path) -> None:
    methods = load_methods(own(tmp_path, HOUSE.replace("2026-01-01", "2027-01-01")))
    assert methods.words == ("1", "2", "house-1")
    assert methods.in_force(date(2027, 1, 1)).version == "house-1"
    assert len({method.digest for method in methods.versions}) == 3


@pytest.mark.fault(
    area="scores",
    fault="A method of the house leaves something out, or takes the name of a published version",
    promise="It is refused whole, with the file and the key.",
)
@pytest.mark.parametrize(
    ("written", "replacement", "named"),
    [
        ("window: all\n", "", "missing: window"),
        ("window: all\n", "window: all\nbonus: 3\n", "unknown: bonus"),
        ("window: all\n", "window: year\n", "window: expected one of"),
        ('version: "house-1"', "version: 1", "version: expected a short word"),
        ("in_force_from: 2026-01-01", 'in_force_from: "soon"', "in_force_from: expected a date"),
        ("  rise_margin: 3\n", "", "rise_margin"),
        ("consent: 30,", "consent: -30,", "weights"),
        ("within_deliveries: 0.1", "within_deliveries: 1.1", "promise: within_deliveries"),
        ("    caution: 0.9\n", "", "caution"),
        ('version: "house-1"', 'version: "2"', "version 2: 2.yaml has it already"),
        ("scoring:", "scoring: [", "expected YAML"),
        ("  en:", "  de:", "de"),
    ],
)
def test_a_method_that_is_not_whole_is_refused(tmp_path: Path, written: str, replacement: str, named: str) -> None:
    assert written in HOUSE
    with pytest.raises(MethodError, match=rf"house-1\.yaml.*{named}"):
        load_methods(own(tmp_path, HOUSE.replace(written, replacement, 1)))


def test_the_digest_is_of_what_a_file_says_not_of_how_it_is_laid_out(tmp_path: Path) -> None:
    texts = (HOUSE, f"# a comment\n{HOUSE}", HOUSE.replace("allowance: 20", "allowance: 21"))
    found = [load_methods(own(tmp_path / f"{number}", text)).named("house-1") for number, text in enumerate(texts)]
    digests = [method.digest for method in found if method]
    assert digests[0] == digests[1] != digests[2]
