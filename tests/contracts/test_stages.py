"""Whether leads of a delivery may be used, by stage and decision: days before, of and after it, and no way round."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.candidates.decisions import DecisionNote, note_decision
from pipelines.contracts.book import TENDER, load_contracts
from pipelines.contracts.contract import GoLiveDecision
from pipelines.contracts.lint import STATUSES
from pipelines.contracts.stages import is_live, may_be_used, with_stages
from pipelines.house import House
from pipelines.settings import Settings
from pipelines.vocabulary.words import STAGES
from tests.support.clean_market import contract_text
from tests.support.contract_files import FIXTURE, read_contract, write

DAY = date(2026, 9, 7)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
PLAIN = read_contract(FIXTURE)
OPENED, REFUSED = GoLiveDecision(DAY, True), GoLiveDecision(DAY, False)


@pytest.mark.parametrize(
    ("stage", "decisions", "day", "expected"),
    [
        (None, (), DAY, True),
        (None, (REFUSED,), DAY, False),  # who was decided on was a candidate, whatever its contracts name
        (None, (REFUSED,), BEFORE, None),
        (None, (OPENED,), DAY, None),  # opened are contracts with stage live
        ("candidate", (OPENED,), AFTER, None),
        ("pilot", (OPENED,), AFTER, None),
        ("live", (), DAY, None),
        ("live", (OPENED,), BEFORE, None),
        ("live", (OPENED,), DAY, True),
        ("live", (OPENED,), AFTER, True),
        ("live", (OPENED, GoLiveDecision(AFTER, False)), DAY, True),
        ("live", (OPENED, GoLiveDecision(AFTER, False)), AFTER, False),
        ("live", (REFUSED, GoLiveDecision(AFTER, True)), AFTER, True),
        ("live", (OPENED, REFUSED), DAY, False),  # of one day the last word counts
        ("pilot", (REFUSED,), BEFORE, None),
        ("pilot", (REFUSED,), DAY, False),
    ],
)
def test_a_stage_and_a_decision_say_whether_a_delivery_may_be_used(
    stage: str | None, decisions: tuple[GoLiveDecision, ...], day: date, expected: bool | None
) -> None:
    staged = replace(PLAIN, stage=stage, go_live=decisions)
    assert may_be_used(staged, day) is expected
    assert is_live(staged, day) is (expected is True)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    stages=st.lists(st.tuples(st.sampled_from([None, *STAGES]), st.sampled_from(STATUSES)), min_size=1, max_size=5),
    days=st.integers(0, 40),
)
def test_leaving_the_stage_out_is_no_way_past_the_decision(stages: list[tuple[str | None, str]], days: int) -> None:
    contracts = [
        replace(
            PLAIN,
            stage=stage,
            status=status,
            valid_from=DAY + timedelta(days=number),
        )
        for number, (stage, status) in enumerate(stages)
    ]
    staged = with_stages(reversed(contracts))
    last = [one for one in staged if one.status == "active"]
    agreed = [one for one in contracts if one.status not in ("draft", "proposed")]
    named = [one.stage for one in agreed if one.stage and last and one.valid_from <= last[-1].valid_from]
    if named:
        assert last[-1].stage == named[-1]
        assert may_be_used(last[-1], DAY + timedelta(days=days)) is None  # nobody has decided
    elif last:
        assert may_be_used(last[-1], DAY) is True


def test_the_stage_is_read_from_the_contract_and_goes_on_in_the_next(tmp_path: Path) -> None:
    write(tmp_path, contract_text(stage="pilot"), "clair", "2026-01-01.odcs.yaml")
    write(tmp_path, contract_text(), "clair", "2026-09-01.odcs.yaml")
    book = load_contracts(tmp_path)
    assert [one.stage for one in book.of("clair")] == ["pilot", "pilot"]
    write(tmp_path, contract_text(stage="living"), "clair", "2026-10-01.odcs.yaml")
    told = [str(problem) for problem in load_contracts(tmp_path).problems if problem.severity == "error"]
    assert [text.rpartition("error: ")[2] for text in told] == [
        "stage is not one of candidate, pilot, live (correct the value)"
    ]


def _with_status(status: str, text: str) -> str:
    return text.replace("status: active", f"status: {status}")


def test_retiring_the_contract_of_the_pilot_is_no_way_past_the_decision(tmp_path: Path) -> None:
    for status in ("deprecated", "retired"):
        write(tmp_path, _with_status(status, contract_text(stage="pilot")), status, "2026-01-01.odcs.yaml")
        write(tmp_path, contract_text(), status, "2026-09-01.odcs.yaml")
        in_force = load_contracts(tmp_path).in_force(status, DAY)
        assert in_force is not None
        assert (in_force.stage, may_be_used(in_force, DAY)) == ("pilot", None)


def test_a_refusal_counts_where_no_contract_names_a_stage(tmp_path: Path) -> None:
    house = House(Settings(home=tmp_path))
    write(house.settings.contracts, contract_text(), "clair")
    note_decision(
        house.registry, DecisionNote("clair", "refused", datetime(2026, 9, 7, 9, tzinfo=UTC), "achats", "non")
    )
    in_force = house.contracts().in_force("clair", DAY)
    assert in_force is not None
    assert may_be_used(in_force, DAY) is False
    assert in_force.stage is not None  # the card that blocks it applies to stages alone


def test_a_folder_with_answers_alone_is_one_of_a_candidate(tmp_path: Path) -> None:
    write(tmp_path, "answers: {}", "nouveau", TENDER)
    assert load_contracts(tmp_path).problems == ()
