"""What candidates' answers are worth: by hand, on the first and last day of an answer, and whatever the answers are."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.book import TENDER
from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import DueDiligence
from pipelines.governance.tender import Tender, TenderResult, ranked, tender_of, tender_result
from pipelines.governance.tender_grid import TenderGrid, tender_grid
from pipelines.rulebook.yaml_files import CatalogueError
from tests.support.contract_files import write

ON = date(2026, 9, 20)
BOTH = {"fr": "x", "en": "x"}
GRID = TenderGrid.model_validate(
    {
        "criteria": [
            {"asks": BOTH, "evidence": BOTH, "basis": "RGPD, art. 5", "months": 6, **one}
            for one in (
                {"id": "tc_heavy", "weight": 3, "knock_out": True, "question": "dd_register"},
                {"id": "tc_light", "weight": 1},
                {"id": "tc_middle", "weight": 2},
            )
        ]
    }
)
GOOD = {"satisfies": "yes", "answered_on": date(2026, 9, 1), "evidence": "seen", "taken_by": "buyer"}


def result(vendor: str = "acme", on: date = ON, file: dict[str, Any] | None = None, **answers: Any) -> TenderResult:
    tender = Tender.model_validate({"answers": {f"tc_{name}": GOOD | answer for name, answer in answers.items()}})
    return tender_result(vendor, tender, DueDiligence.model_validate(file or {}), GRID, on=on)


@pytest.mark.parametrize(
    ("answers", "total"),
    [
        ({}, 0.0),
        ({"heavy": {}, "light": {}, "middle": {}}, 100.0),
        ({"heavy": {}}, 50.0),  # 3 of 6
        ({"heavy": {"evidence": None}}, 25.0),  # 1.5 of 6
        ({"heavy": {"satisfies": "partly"}, "middle": {}}, 100 * 3.5 / 6),
        ({"heavy": {"satisfies": "no"}, "light": {}, "middle": {}}, 50.0),
        ({"heavy": {}, "light": {}, "middle": {"satisfies": "not_applicable"}}, 100.0),  # 4 of 4
        ({"middle": {"satisfies": "not_applicable", "evidence": None}}, 100 * 1 / 6),  # a mere word leaves nothing out
        ({"heavy": {"expires_on": date(2026, 9, 19)}}, 0.0),
        ({"heavy": {"expires_on": ON}}, 50.0),
        ({"heavy": {"answered_on": date(2026, 9, 21)}}, 0.0),  # of tomorrow
    ],
)
def test_a_total_is_weighted_and_unknown_is_worth_nothing(answers: dict[str, Any], total: float) -> None:
    assert result(**answers).total == pytest.approx(total)


def test_a_no_to_a_knock_out_puts_a_candidate_last_and_an_open_one_does_not() -> None:
    out = result("first", heavy={"satisfies": "no"}, light={}, middle={})
    poor, rich = result("poor", light={}), result("rich", middle={})
    assert [one.vendor for one in ranked([out, poor, rich])] == ["rich", "poor", "first"]
    assert [one.criterion.id for one in out.knock_outs] == ["tc_heavy"]
    assert out.doubtful == ()
    assert (poor.knock_outs, [one.criterion.id for one in poor.missing]) == ((), ["tc_heavy", "tc_middle"])
    assert [one.criterion.id for one in result(light={"satisfies": "no"}, heavy={"evidence": None}).doubtful] == [
        "tc_heavy",
        "tc_light",
    ]


def test_the_vendors_file_answers_where_the_tender_is_silent() -> None:
    file = {"answers": {"dd_register": {name: GOOD[name] for name in ("satisfies", "answered_on", "evidence")}}}
    assert result(file=file).total == pytest.approx(50.0)
    assert result(file=file, heavy={"satisfies": "no"}).knock_outs  # the tender's own word counts first


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    answers=st.dictionaries(
        st.sampled_from(["heavy", "light", "middle"]),
        st.fixed_dictionaries(
            {
                "satisfies": st.sampled_from(["yes", "partly", "no"]),
                "evidence": st.sampled_from([None, "seen"]),
                "answered_on": st.dates(date(2026, 1, 1), date(2026, 12, 31)),
            }
        ),
    ),
    better=st.sampled_from(["heavy", "light", "middle"]),
)
def test_a_good_answer_never_lowers_a_total(answers: dict[str, Any], better: str) -> None:
    before, after = result(**answers), result(**(answers | {better: {}}))
    assert 0 <= before.total <= after.total <= 100
    assert len(after.knock_outs) <= len(before.knock_outs)


def test_the_shipped_grid_names_questions_of_the_checklist_passages_and_both_languages() -> None:
    criteria = tender_grid().criteria
    known = {one.id for one in checklist().questions}
    assert {one.question for one in criteria if one.question} <= known
    assert len({one.id for one in criteria}) == len(criteria)
    for one in criteria:
        assert one.asked_by is not None
        assert one.asks.fr != one.asks.en
        assert one.weight == 3 or not one.knock_out


def test_an_advertisers_own_grid_replaces_and_adds(tmp_path: Path) -> None:
    def file(**of_price: str) -> None:
        price = {"id": "tc_price", "weight": 2, **of_price}
        added = [
            {"asks": BOTH, "evidence": BOTH, "months": 3, "basis": "C. civ., art. 1163", **one}
            for one in (price, {"id": "tc_double_optin", "weight": 3})
        ]
        (tmp_path / "tender_grid.yaml").write_text(yaml.safe_dump({"criteria": added}), "utf-8")

    file()
    grid = {one.id: one for one in tender_grid(tmp_path).criteria}
    assert len(grid) == len(tender_grid().criteria) + 1
    assert (grid["tc_price"].weight, grid["tc_double_optin"].weight) == (2, 3)
    file(question="dd_registre")
    with pytest.raises(CatalogueError, match="unknown question `dd_registre`; did you mean `dd_register`"):
        tender_grid(tmp_path)


def test_a_wrong_file_says_where_and_what(tmp_path: Path) -> None:
    text = "answers:\n  tc_informd: {satisfies: yes, answered_on: 2026-09-01, taken_by: buyer}\n"
    write(tmp_path, text, "acme", TENDER)
    with pytest.raises(
        CatalogueError, match=r"tender\.yaml:2: unknown criterion `tc_informd`; did you mean `tc_informed`"
    ):
        tender_of(tmp_path, "acme", tender_grid(), on=ON)
    write(tmp_path, "answers:\n  tc_informed: {satisfies: yes, answered_on: 2026-09-01}\n", "acme", TENDER)
    with pytest.raises(CatalogueError, match=r"`answers.tc_informed.taken_by` is missing"):
        tender_of(tmp_path, "acme", tender_grid(), on=ON)
