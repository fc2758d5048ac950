"""What the published table advises on which evidence, by which route, and how long a notice is."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.governance.vendor_review import ReviewGap
from pipelines.reviews.conclusion import Conclusion
from pipelines.reviews.decision_table import FACTS, RECOMMENDATIONS, TABLE_FILE, NoticeMark, decision_table
from pipelines.reviews.recommendations import DimensionEvidence, ReviewFacts, recommend
from pipelines.reviews.routes import NoticePeriod, notice_by, notice_period, route
from pipelines.scores.standings import STATES
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.words import RATED_DIMENSIONS
from pipelines.wording.words import LANGUAGES, words
from tests.support.report_models import contract

TODAY = date(2026, 11, 21)
MARK = NoticeMark(1, 18)


def facts(state: str | None = "conformity_shown", multiple: float = 0.0, **changes: object) -> ReviewFacts:
    """Consent in a state, all else shown, enough leads, nothing missing."""
    shown = dict.fromkeys(RATED_DIMENSIONS, DimensionEvidence("conformity_shown", 0.01))
    known = ReviewFacts(
        TODAY, shown | {"consent": DimensionEvidence(state, 0.01, multiple)}, is_graded=True, contract=contract()
    )
    return replace(known, **changes)  # type: ignore[arg-type]


GAP = ReviewGap("clause_missing", 3, item="cl_x", says=Bilingual("Une clause", "A clause"))
NO_QUALITY = {
    **dict.fromkeys(RATED_DIMENSIONS, DimensionEvidence("conformity_shown", 0.01)),
    "quality": DimensionEvidence("breach_shown", 0.05, 9.0),
}


@pytest.mark.parametrize(
    ("known", "advised"),
    [
        (facts(evidence={}), "not_enough_evidence"),
        (facts("breach_shown", 4.0), "do_not_renew"),
        (facts("breach_shown", 3.9), "suspend"),
        (facts("breach_shown", 40.0, is_graded=False), "suspend"),  # never a termination above "too few leads"
        (facts("breach_shown", 1.5, gate_count=1), "do_not_renew"),
        (facts(gate_count=1), "suspend"),
        (facts(evidence=NO_QUALITY), "renew_with_conditions"),  # severe, but quality is not critical
        (facts(is_graded=False), "not_enough_evidence"),
        (facts("above_not_shown"), "renew_with_conditions"),
        (facts("above_not_shown", is_graded=False), "not_enough_evidence"),
        (facts(None), "renew_with_conditions"),
        (facts(gaps=(GAP,)), "renew_with_conditions"),
        (facts("within_not_shown"), "renew"),
        (facts(), "renew"),
    ],
)
def test_each_evidence_has_its_row(known: ReviewFacts, advised: str) -> None:
    assert recommend(known).word == advised


def test_every_combination_of_facts_has_one_row_that_asks_for_nothing_else() -> None:
    table = decision_table()
    for values in product((False, True), repeat=len(FACTS)):
        given_facts = dict(zip(FACTS, values, strict=True))
        row = table.row_for(given_facts)
        assert all(given_facts[name] == value for name, value in row.when.items())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.tuples(*[st.tuples(st.sampled_from([*STATES, None]), st.floats(0, 50)) for _ in RATED_DIMENSIONS]),
    st.booleans(),
    st.integers(0, 2),
)
def test_nothing_is_refused_or_suspended_on_points_alone(
    states: tuple[tuple[str | None, float], ...], is_graded: bool, gates: int
) -> None:
    """Only a breach that is shown in a critical dimension, or a gate, leads there; and to refuse, enough leads too."""
    evidence = {
        name: DimensionEvidence(state, 0.01, multiple)
        for name, (state, multiple) in zip(RATED_DIMENSIONS, states, strict=True)
    }
    known = ReviewFacts(TODAY, evidence, is_graded, gates, contract())
    word = recommend(known).word
    is_founded = gates or "breach_shown" in [state for state, _ in states[:4]]
    assert word not in ("suspend", "do_not_renew") or is_founded
    assert word != "do_not_renew" or is_graded


def test_the_words_of_the_severe_row_say_its_multiple() -> None:
    table = decision_table()
    severe = next(row for row in table.rows if row.id == "severe_breach")
    assert table.severe_multiple == 4
    assert "quatre fois" in severe.says.fr
    assert "four times" in severe.says.en


def test_a_table_that_leaves_facts_over_is_refused(tmp_path: Path) -> None:
    text = TABLE_FILE.read_text(encoding="utf-8")
    path = tmp_path / "table.yaml"
    path.write_text(text.replace("when: {is_shown: true}", "when: {is_graded: true}"), encoding="utf-8")
    with pytest.raises(ValueError, match="the last two to ask for is_shown alone"):
        decision_table(path)


def test_a_clause_names_the_rate_to_be_kept_and_a_missing_clause_is_quoted() -> None:
    kinds = {one.kind: one for one in recommend(facts("above_not_shown", gaps=(GAP,))).conditions}
    assert kinds["rate"].dimensions == ("consent",)
    assert kinds["rate"].rate == 0.01
    assert kinds["quoted"].says == GAP.says


@pytest.mark.parametrize(
    ("since", "months"),
    [
        (date(2026, 11, 21), 0),
        (date(2026, 11, 20), 1),
        (date(2025, 11, 21), 1),
        (date(2025, 11, 20), 2),
        (date(2023, 3, 1), 4),
        (date(1990, 1, 1), 18),
        (None, None),
        (date(2027, 1, 1), None),
    ],
)
def test_a_notice_is_a_month_for_each_year_begun_eighteen_at_most(since: date | None, months: int | None) -> None:
    assert notice_period(contract(relationship_since=since), MARK, TODAY) == NoticePeriod(90, months)


def test_the_longer_of_contract_and_relationship_counts() -> None:
    """Four months from 21 November end on 21 March, ninety days on 19 February."""
    assert NoticePeriod(90, 4).ends_on(TODAY) == date(2027, 3, 21)
    assert NoticePeriod(90, 1).ends_on(TODAY) == date(2027, 2, 19)
    assert NoticePeriod(None, None).ends_on(TODAY) == TODAY


def test_the_last_day_for_notice_is_the_contracts() -> None:
    """90 days before 1 March 2027 is 1 December 2026."""
    assert notice_by(contract()) == date(2026, 12, 1)
    assert notice_by(contract(notice_days=None)) is None
    assert notice_by(None) is None


def steps(recommendation: str, **changes: object) -> dict[str, Conclusion]:
    found = route(recommendation, contract(**changes), decision_table(), on=TODAY)
    return {one.kind: one for one in found}


def test_not_to_renew_goes_by_formal_notice_termination_and_notice() -> None:
    found = steps("do_not_renew", cure_days=15)
    assert list(found) == [
        "stop_use",
        "suspend_orders",
        "formal_notice_agreed",
        "termination",
        "notice",
        "rupture",
    ]
    assert found["formal_notice_agreed"].on == TODAY + timedelta(days=15)
    assert dict(found["rupture"].figures) == {"since": date(2023, 3, 1), "n": 4, "until": date(2027, 3, 21)}


def test_without_a_time_to_mend_in_the_contract_the_houses_mark_counts_and_is_said_to_be_it() -> None:
    assert steps("suspend")["formal_notice"].on == TODAY + timedelta(days=30)


def test_a_faulty_form_is_suspended_alone_where_others_are_in_use() -> None:
    known = facts("breach_shown", 2.0, faulty_forms=("jeu (1)",), is_form_left=True)
    kinds = [one.kind for one in recommend(known).route]
    assert "suspend_forms" in kinds
    assert "suspend_orders" not in kinds
    alone = [one.kind for one in recommend(replace(known, is_form_left=False)).route]
    assert "suspend_orders" in alone


def test_too_little_evidence_keeps_the_choice_open_while_notice_can_be_given() -> None:
    assert list(steps("not_enough_evidence")) == ["precaution"]
    assert list(steps("not_enough_evidence", notice_days=120)) == []  # its last day was 1 November
    assert "notice_late" in steps("do_not_renew", notice_days=120)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("recommendation", RECOMMENDATIONS)
def test_every_step_and_clause_is_said_in_both_languages(recommendation: str, language: str) -> None:
    said = words(language)
    variants = ({}, {"notice_days": 120}, {"renewal_on": None}, {"relationship_since": None}, {"cure_days": 3})
    for changes in variants:
        for step in steps(recommendation, **changes).values():
            assert said(f"advised_route.{step.kind}", **dict(step.figures))
    everything = facts(
        "breach_shown",
        faulty_forms=("f",),
        unreviewed_count=2,
        gaps=(GAP, *(ReviewGap(kind, 3, item="dd_a") for kind in ("quote_only", "unanswered", "never_audited"))),
    )
    for clause in recommend(everything).conditions:
        figures = {"dimensions": "", "rate": "", "says": "", **dict(clause.figures)}
        assert said(f"advised_clause.{clause.kind}", **figures)
