"""Steps of the judgement: who reads which table last, and a step in portions."""

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.rulebook.steps import Portions, Step, last_reads

STEPS = (
    Step("leads", "select * from all_leads"),
    Step("wide", "select * from leads inner join proofs on leads.id = proofs.id", is_view=True),
    Step("narrow", "with some as (select id from wide) select * from some"),
    Step("unread", "select 1 as one"),
    Step("counted", "select count(*) as count from narrow"),
    Step("shown", "select * from counted cross join leads", is_view=True),
)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("counted",), {"narrow": ["leads", "proofs"], "counted": ["narrow"]}),
        (("shown",), {"narrow": ["proofs"], "counted": ["narrow"]}),
        (("wide", "counted"), {"counted": ["narrow"]}),
    ],
)  # fmt: skip
def test_a_table_is_let_go_after_its_last_reader_also_through_views(
    kept: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    found = {step: sorted({*names} - {"some"}) for step, names in last_reads(STEPS, kept).items()}
    always = {"leads": ["all_leads"], "unread": ["unread"]}
    assert {step: names for step, names in found.items() if names} == expected | always


@pytest.mark.parametrize("cuts", [[], [0], [5 * 4294967297], [3, 4294967297, 40 * 4294967297, 2**62]])
def test_portions_together_have_every_lead_once(cuts: list[int]) -> None:
    portions = Portions("leads", lambda which: f"select lead_no from leads where {which}")
    with DuckDBEngine(threads=1).session() as session:
        session.create("leads", "select range * 4294967297 as lead_no from range(50)")
        session.create("together", " union all ".join(portions.statements(cuts)))
        found = session.fetch("select lead_no from together order by lead_no")["lead_no"].to_pylist()
    assert found == [number * 4294967297 for number in range(50)]
