from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scores.grades import (
    GRADES,
    METHOD_FILE,
    NOT_ENOUGH_EVIDENCE,
    Gate,
    Grade,
    effective_leads,
    grading_method,
    next_grade,
    open_gates,
)

ENOUGH = 1000.0
DAY = date(2026, 8, 11)
REDELIVERY = "opp_vendor_redelivery"
POINTS = st.floats(0, 100)


def published(*points: float) -> list[str]:
    grade, grades = None, []
    for total in points:
        grade = next_grade(total, ENOUGH, grade)
        grades.append(grade.published)
    return grades


def days(*counts: int) -> dict[date, int]:
    return {DAY + timedelta(days=index): count for index, count in enumerate(counts)}


@pytest.mark.parametrize(
    ("total", "expected"),
    [(100, "A"), (90, "A"), (89.99, "B"), (80, "B"), (79.99, "C"), (65, "C"), (50, "D"), (49.99, "E"), (0, "E")],
)
def test_the_first_grade_is_by_the_published_floors(total: float, expected: str) -> None:
    assert published(total) == [expected]


def test_a_grade_falls_at_its_floor_and_rises_three_points_above_the_next() -> None:
    assert published(81, 79.9, 80, 82.9, 83, 80, 79.9) == ["B", "C", "C", "C", "B", "B", "C"]


def test_points_that_hover_around_a_floor_change_the_grade_once() -> None:
    assert published(90.5, *[89.5, 90.5] * 5) == ["A", *["B"] * 10]


def test_a_leap_reaches_the_best_grade_whose_floor_and_margin_it_meets() -> None:
    assert published(40, 92) == ["E", "B"]
    assert published(40, 93) == ["E", "A"]


def test_a_mean_that_ends_a_hair_below_a_floor_reaches_it() -> None:
    assert published(80 - 1e-10) == ["B"]


@given(POINTS, POINTS, st.sampled_from(GRADES))
def test_fewer_points_never_earn_a_better_grade(one: float, other: float, last: str) -> None:
    less, more = (next_grade(total, ENOUGH, Grade(last)) for total in sorted((one, other)))
    assert less.published >= more.published


@given(st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=30))
def test_a_history_of_fewer_points_never_ends_in_a_better_grade(history: list[tuple[float, float]]) -> None:
    less, more = published(*map(min, history)), published(*map(max, history))
    assert all(worse >= better for worse, better in zip(less, more, strict=True))


def test_without_enough_leads_there_is_no_grade() -> None:
    assert next_grade(100, 499.9).published == NOT_ENOUGH_EVIDENCE
    assert next_grade(100, 500).published == "A"


def test_a_first_grade_after_too_few_leads_needs_no_margin() -> None:
    assert next_grade(90, ENOUGH, next_grade(100, 10)).published == "A"


def test_a_delivery_counts_for_forty_leads_at_most() -> None:
    # 200 / (1 + 199 x 0.025) = 200 / 5.975 = 33.473; fifteen of them make 502.09, fourteen 468.6
    assert effective_leads([200]) == pytest.approx(33.473, abs=1e-3)
    assert effective_leads([200] * 14) < 500 < effective_leads([200] * 15)
    assert effective_leads([1]) == 1
    assert effective_leads([0]) == 0
    assert effective_leads([10_000_000]) == pytest.approx(40, abs=1e-3)


@given(st.lists(st.integers(0, 5000), max_size=10), st.integers(0, 5000))
def test_another_delivery_never_lessens_the_evidence(received: list[int], another: int) -> None:
    assert effective_leads([*received, another]) >= effective_leads(received)


def test_a_gate_opens_on_the_day_that_makes_the_third_lead() -> None:
    (gate,) = open_gates(days(200, 200, 200, 200), {REDELIVERY: days(1, 1, 1, 5)})
    assert (gate.id, gate.cap, gate.since) == ("opposed_redelivered", "D", DAY + timedelta(days=2))
    assert (gate.leads_failed, gate.leads_received) == (3, 600)
    assert "livrées à nouveau" in gate.reason.fr
    assert "delivered again" in gate.reason.en


def test_three_leads_in_three_thousand_open_no_gate_but_four_do() -> None:
    # the published rate is one in a thousand, to be exceeded
    assert open_gates(days(2999, 1), {REDELIVERY: days(0, 3)}) == []
    assert open_gates(days(2999, 1), {REDELIVERY: days(0, 4)}) != []


@pytest.mark.fault(
    area="scores", fault="Grave cases are diluted with many good leads", promise="A gate, once open, stays open."
)
def test_leads_that_come_later_do_not_dilute_a_gate_away() -> None:
    failed = {REDELIVERY: days(3)}
    assert open_gates(days(200), failed) == open_gates(days(200, 100_000), failed) != []


def test_a_window_that_restarts_forgets_its_gates() -> None:
    received, failed = days(200, 200, 200), {REDELIVERY: days(3, 0, 2)}
    assert open_gates(received, failed) != []
    assert open_gates(received, failed, since=DAY + timedelta(days=1)) == []


def test_other_rules_open_no_gate() -> None:
    assert open_gates(days(200), {"lead_duplicate": days(200)}) == []


def test_a_gate_caps_the_grade_and_lifted_gives_back_what_was_earned() -> None:
    gate = Gate("opposed_redelivered", "D", DAY, 3, 600, {})
    assert next_grade(95, ENOUGH, gates=[gate]).published == "D"
    assert next_grade(40, ENOUGH, gates=[gate]).published == "E"
    assert next_grade(100, 10, gates=[gate]).published == NOT_ENOUGH_EVIDENCE
    capped = next_grade(91, ENOUGH, gates=[gate])
    assert next_grade(91, ENOUGH, previous=capped).published == "A"


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3)), min_size=1, max_size=10), st.integers(0, 9))
def test_one_more_redelivered_person_never_closes_a_gate(counts: list[tuple[int, int]], worse: int) -> None:
    received, failed = days(*(count for count, _ in counts)), days(*(fails for _, fails in counts))
    more = {**failed, DAY + timedelta(days=worse % len(counts)): 5}
    before = open_gates(received, {REDELIVERY: failed})
    after = open_gates(received, {REDELIVERY: {day: max(more[day], failed[day]) for day in received}})
    assert len(after) >= len(before)
    assert all(late.since <= early.since for late, early in zip(after, before, strict=False))


def test_the_packaged_method_has_all_grades() -> None:
    assert tuple(grading_method().grades) == GRADES


@pytest.mark.parametrize(
    ("written", "replacement", "named"),
    [
        ("  rise_margin: 3\n", "", "rise_margin"),
        ("rise_margin: 3\n", "rise_margin: 11\n", "rise_margin"),
        ("  rise_margin: 3\n", "  rise_margin: 3\n  fall_margin: 3\n", "fall_margin"),
        ("C: 65", "C: 85", "grades"),
        ("caution: 0.9", "caution: 1.9", "caution"),
        ("cap: D", "cap: F", "opposed_redelivered: cap"),
        ("      least_count: 3\n", "", "least_count"),
    ],
)
def test_a_faulty_method_file_is_refused_by_name_and_key(
    tmp_path: Path, written: str, replacement: str, named: str
) -> None:
    text = METHOD_FILE.read_text(encoding="utf-8")
    assert written in text
    path = tmp_path / "method.yaml"
    path.write_text(text.replace(written, replacement), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"method\.yaml.*{named}"):
        grading_method(path)
