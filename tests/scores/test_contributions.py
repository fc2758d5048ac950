from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scores.contributions import (
    CAP,
    LEADS,
    MIX,
    TOLERANCE,
    DimensionSnapshot,
    Snapshot,
    Streams,
    contributions,
    rounded,
)
from pipelines.scores.points import LeadCounts, score_vendor
from pipelines.vocabulary.words import RATED_DIMENSIONS

TOLERANCES = {"consent": 0.01, "proof": 0.01, "opposition": 0.01, "conformity": 0.05, "quality": 0.05}


def snapshot(received: int = 1000, **findings: dict[str, int]) -> dict[str, DimensionSnapshot]:
    """All five dimensions; each finding is a defective lead of its own."""
    by_dimension = {name: findings.get(name, {}) for name in RATED_DIMENSIONS}
    return {
        name: DimensionSnapshot(LeadCounts(received, sum(rules.values())), TOLERANCES[name], rules)
        for name, rules in by_dimension.items()
    }


def total_of(snapshots: Snapshot) -> float:
    counts = {name: one.counts for name, one in snapshots.items()}
    received = max(one.leads_received for one in counts.values())
    tolerances = {name: one.tolerance for name, one in snapshots.items()}
    return score_vendor({**counts, "all": LeadCounts(received, 0)}, tolerances)[-1].points


def found(before: Snapshot, after: Snapshot) -> dict[tuple[str, str], float]:
    return {(part.dimension, part.cause): float(part.points) for part in contributions(before, after)}


def test_nothing_that_changed_is_nothing_to_explain() -> None:
    assert contributions(snapshot(consent={"a": 5}), snapshot(consent={"a": 5})) == []


def test_the_rule_that_moved_answers_for_the_change() -> None:
    # consent from 1 % to 2 %, 80 to 50 points; the mean from 0.3 x 80 + 70 = 94 to 85, and the cap of 20 + 50 = 70
    # takes 15 more. Rule b kept its ten in a thousand less five: its part of the rate is 0.5 % before and after.
    before, after = snapshot(consent={"a": 5, "b": 5}), snapshot(consent={"a": 15, "b": 5})
    assert found(before, after) == {("consent", "a"): pytest.approx(-9), ("total", CAP): pytest.approx(-15)}


def test_rules_that_moved_alike_share_alike() -> None:
    before, after = snapshot(consent={"a": 5, "b": 5}), snapshot(consent={"a": 10, "b": 10})
    shared = {("consent", "a"): pytest.approx(-4.5), ("consent", "b"): pytest.approx(-4.5)}
    assert found(before, after) == {**shared, ("total", CAP): pytest.approx(-15)}


def test_the_cap_is_a_cause_of_its_own() -> None:
    # consent 80 to 50 and proof 100 to 50: 0.3 x -30 = -9 and 0.25 x -50 = -12.5 of the mean, from 94 to 72.5. Both
    # leave at most 20 + 50 = 70: the cap takes 2.5 more.
    before, after = snapshot(consent={"a": 10}), snapshot(consent={"a": 20}, proof={"c": 20})
    assert found(before, after) == {
        ("consent", "a"): pytest.approx(-9),
        ("proof", "c"): pytest.approx(-12.5),
        ("total", CAP): pytest.approx(-2.5),
    }


def by_streams(leads: dict[str, int], findings: dict[str, int]) -> dict[str, DimensionSnapshot]:
    """Consent alone, one rule, its findings by stream."""
    received, defective = sum(leads.values()), sum(findings.values())
    streams = Streams(leads, {"a": findings})
    return {"consent": DimensionSnapshot(LeadCounts(received, defective), 0.01, {"a": defective}, streams)}


def test_forms_that_stay_as_they_are_and_weigh_otherwise_are_all_mix() -> None:
    # form x at 0 %, form y at 1 %. Half and half: 0.5 %, 90 points; all but a tenth y: 0.9 %, 82 points.
    before = by_streams({"x": 1000, "y": 1000}, {"y": 10})
    after = by_streams({"x": 200, "y": 1800}, {"y": 18})
    assert found(before, after) == {("consent", MIX): pytest.approx(-8)}


def test_forms_that_weigh_the_same_and_worsen_are_all_rate() -> None:
    # y from 1 % to 1.6 % in half of the leads: 0.5 % to 0.8 %, 90 to 84 points
    before = by_streams({"x": 1000, "y": 1000}, {"y": 10})
    after = by_streams({"x": 1000, "y": 1000}, {"y": 16})
    assert found(before, after) == {("consent", "a"): pytest.approx(-6)}


def test_a_change_of_both_is_split_in_the_middle() -> None:
    # y from a half at 1 % (0.5 %) to three quarters at 1.2 % (0.9 %): 90 to 82 points, 8 points for 0.4 %.
    # mix (0.75 - 0.5) x (1 % + 1.2 %) / 2 = 0.275 %, 5.5 points; rate (1.2 % - 1 %) x (0.5 + 0.75) / 2 = 0.125 %, 2.5.
    before = by_streams({"x": 1000, "y": 1000}, {"y": 10})
    after = by_streams({"x": 500, "y": 1500}, {"y": 18})
    assert found(before, after) == {("consent", MIX): pytest.approx(-5.5), ("consent", "a"): pytest.approx(-2.5)}


def test_a_form_that_is_new_is_all_mix() -> None:
    # form z brings 10 defects in 1000 leads: 0 % to 0.5 %, 100 to 90 points
    before, after = by_streams({"x": 1000}, {}), by_streams({"x": 1000, "z": 1000}, {"z": 10})
    assert found(before, after) == {("consent", MIX): pytest.approx(-10)}


def test_a_new_tolerance_answers_for_what_it_changed() -> None:
    # 1 % against a tolerance of 2 %: consent from 80 to 90, the total from 94 to 97
    before = snapshot(consent={"a": 10})
    after = {**before, "consent": DimensionSnapshot(LeadCounts(1000, 10), 0.02, {"a": 10})}
    assert found(before, after) == {("consent", TOLERANCE): pytest.approx(3)}


def test_moves_that_offset_each_other_show_at_what_a_lead_costs() -> None:
    # ten defects stay ten; five went from rule a to rule b. One defect more is worth 0.3 x (50 - 80) x log2(11 / 10)
    # = 0.3 x -30 x 0.137504 = -1.237532, unless the cap bites: 20 + 75.9 does not. Five moved: 6.188.
    before, after = snapshot(consent={"a": 10}), snapshot(consent={"a": 5, "b": 5})
    expected = 0.3 * 30 * 0.13750352374993502 * 5
    assert found(before, after) == {
        ("consent", "a"): pytest.approx(expected),
        ("consent", "b"): pytest.approx(-expected),
    }


def test_a_dimension_that_had_no_leads_comes_in_as_a_whole() -> None:
    # consent alone at 80; then quality, weight 10 to its 30, without defects: (30 x 80 + 10 x 100) / 40 = 85
    consent = DimensionSnapshot(LeadCounts(1000, 10), 0.01, {"a": 10})
    quality = DimensionSnapshot(LeadCounts(1000, 0), 0.05, {})
    assert found({"consent": consent}, {"consent": consent, "quality": quality}) == {
        ("quality", LEADS): pytest.approx(5)
    }


def test_defects_without_a_finding_are_told_as_such() -> None:
    # quality from 0 to 5 %, its tolerance: 100 to 80, a tenth of the total
    bare = {**snapshot(), "quality": DimensionSnapshot(LeadCounts(1000, 50), 0.05, {})}
    assert found(snapshot(), bare) == {("quality", LEADS): pytest.approx(-2)}


def test_more_leads_without_defects_thin_out_every_rule() -> None:
    # 10 in 1,000 become 10 in 2,000: consent 80 to 90, the total 94 to 97, by two rules that had as many findings
    before, after = snapshot(1000, consent={"a": 5, "b": 5}), snapshot(2000, consent={"a": 5, "b": 5})
    assert found(before, after) == {("consent", "a"): pytest.approx(1.5), ("consent", "b"): pytest.approx(1.5)}


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    names = draw(st.lists(st.sampled_from(RATED_DIMENSIONS), min_size=1, unique=True))
    received = draw(st.integers(1, 20_000))
    drawn = {}
    for name in names:
        defective = draw(st.integers(0, min(received, 600)))
        rules = draw(st.dictionaries(st.sampled_from("abc"), st.integers(0, 50)))
        tolerance = draw(st.sampled_from([0.0, 0.01, 0.05]))
        leads = draw(st.dictionaries(st.sampled_from("xy"), st.integers(0, 900)))
        found = {rule: {stream: draw(st.integers(0, 25)) for stream in leads} for rule in rules}
        drawn[name] = DimensionSnapshot(LeadCounts(received, defective), tolerance, rules, Streams(leads, found))
    return drawn


@settings(max_examples=60, deadline=None)
@given(snapshots(), snapshots())
def test_contributions_sum_exactly_to_the_change(before: Snapshot, after: Snapshot) -> None:
    change = sum((part.points for part in contributions(before, after)), Fraction(0))
    assert change == Fraction(total_of(after)) - Fraction(total_of(before))


@settings(max_examples=60, deadline=None)
@given(snapshots(), snapshots())
def test_rounded_contributions_sum_to_the_displayed_change(before: Snapshot, after: Snapshot) -> None:
    displayed = [Decimal(str(round(total_of(one), 2))) for one in (before, after)]
    parts = contributions(before, after)
    shown = rounded(parts, displayed[1] - displayed[0])
    if parts:
        assert sum(shown) == displayed[1] - displayed[0]
    for part, value in zip(parts, shown, strict=True):
        assert abs(part.points - Fraction(value)) <= Fraction(2, 100)


@settings(max_examples=30, deadline=None)
@given(snapshots(), snapshots())
def test_the_way_back_undoes_the_way_of_each_dimension(before: Snapshot, after: Snapshot) -> None:
    there, back = contributions(before, after), contributions(after, before)
    for name in RATED_DIMENSIONS:
        gone = sum((part.points for part in there if part.dimension == name), Fraction(0))
        assert gone == -sum((part.points for part in back if part.dimension == name), Fraction(0))


def test_a_change_that_is_not_theirs_is_refused() -> None:
    parts = contributions(snapshot(consent={"a": 10}), snapshot(consent={"a": 20}))
    with pytest.raises(ValueError, match="change: expected the difference"):
        rounded(parts, Decimal("-23"))


def test_a_snapshot_without_leads_is_refused() -> None:
    with pytest.raises(ValueError, match="before: expected a dimension that has leads"):
        contributions({}, snapshot())


def test_a_dimension_without_a_rate_is_refused() -> None:
    one = DimensionSnapshot(LeadCounts(1, 0), 0.01, {})
    with pytest.raises(ValueError, match="governance: expected one of"):
        contributions({"governance": one}, {"consent": one})
