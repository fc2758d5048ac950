"""What happened to a vendor, from what was published."""

from dataclasses import replace
from datetime import UTC, date, datetime

from pipelines.contracts.contract import Contract
from pipelines.dossiers.score_story import VendorEvent, vendor_events
from pipelines.scores.records import CorrectedScore, PublishedScore
from tests.support.report_models import contract

ON = date(2026, 9, 30)
FIRST = PublishedScore(
    "total", 100, 1, 0.01, None, 89.1, grade="B", vendor="acme", as_of=datetime(2026, 8, 18, 4, tzinfo=UTC),
    method_version="1", catalogue_digest="a" * 64,
)  # fmt: skip
CONSENT = replace(FIRST, dimension="consent", tolerance=0.01, state="within_not_shown", grade=None)
LATER = datetime(2026, 8, 25, 4, tzinfo=UTC)


def told(
    *scores: PublishedScore, corrected: tuple[CorrectedScore, ...] = (), contracts: tuple[Contract, ...] = ()
) -> list[VendorEvent]:
    return list(vendor_events(scores, corrected, (), contracts, (), ON))


def test_a_first_score_then_a_fall_and_a_breach_that_is_shown() -> None:
    after = [replace(FIRST, as_of=LATER, grade="C"), replace(CONSENT, as_of=LATER, state="breach_shown")]
    assert told(CONSENT, FIRST, *after) == [
        VendorEvent(date(2026, 8, 18), "first_score", figures={"points": 89.1}),
        VendorEvent(date(2026, 8, 25), "grade", figures={"before": "B", "after": "C"}),
        VendorEvent(date(2026, 8, 25), "state", "consent", {"before": "within_not_shown", "after": "breach_shown"}),
    ]


def test_nothing_that_changed_is_no_event() -> None:
    assert [event.kind for event in told(FIRST, replace(FIRST, as_of=LATER, points=88.0))] == ["first_score"]


def test_a_correction_is_told_on_its_own_day_and_not_before() -> None:
    fields = {name: getattr(FIRST, name) for name in PublishedScore.__dataclass_fields__}
    corrections = tuple(
        CorrectedScore(**fields, corrected_at=datetime(2026, month, 2, 4, tzinfo=UTC)) for month in (9, 10)
    )
    expected = VendorEvent(date(2026, 9, 2), "corrected", figures={"of": date(2026, 8, 18), "points": 89.1})
    assert told(corrected=corrections) == [expected]


def test_an_amendment_that_names_another_method_is_told_to_count_later() -> None:
    signed = replace(
        contract(), valid_from=date(2026, 1, 1), renewal_on=date(2027, 1, 1), scoring_method="1", status="active"
    )
    amended = replace(signed, valid_from=date(2026, 6, 1), scoring_method="2")
    found = told(contracts=(signed, amended))
    assert [(event.on.month, event.kind) for event in found] == [(1, "contract"), (6, "amendment"), (6, "method_later")]
