"""The steps of a judgement, run in a session: in portions where rows are many, and none kept that nobody reads again.

What the steps are is said in `rulebook`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipelines.engines.interface import Session
from pipelines.rulebook.steps import Step, last_reads


def run_steps(
    session: Session, steps: Sequence[Step], *, until: str | None = None, read_after: Collection[str] | None = None
) -> None:
    """Create every step's table or view, in order.

    Args:
        session: has all that the steps read.
        steps: of the judgement.
        until: the last that is created; every one unless given.
        read_after: tables that are read afterwards: all others are let go after the last step that reads them. Given by
            who holds the vendor's lock. Unless given, none is let go, and what comes from files is kept as they were:
            somebody may publish meanwhile.
    """
    let_go = {} if read_after is None else last_reads(steps, read_after)
    is_fixed = read_after is None or session.joined_rows is None  # or where to read them takes longer than to keep them
    parts: dict[str, list[str]] = {}
    for step in steps:
        parts[step.name] = _created(session, replace(step, is_view=False) if is_fixed and step.is_of_files else step)
        for table in let_go.get(step.name, ()):
            for part in parts.get(table, [table]):
                session.drop(part)
        if step.name == until:
            return


def _created(session: Session, step: Step) -> list[str]:
    """Create a step; the tables that hold its rows."""
    statements = step.portions.statements(_cuts(session, step.portions.rows_of)) if step.portions else []
    if len(statements) <= 1:
        session.create(step.name, (session.keeps_views and step.over_kept) or step.sql, is_view=step.is_view)
        return [step.name]
    parts = {f"{step.name}_{number}": sql for number, sql in enumerate(statements, start=1)}
    for part, sql in parts.items():
        session.create(part, sql, is_once=True)
    session.create(step.name, " union all ".join(f"select * from {part}" for part in parts), is_view=True)
    return [*parts]


def _cuts(session: Session, table: str) -> list[int]:
    """Where a table is cut by `lead_no` into parts of at most about as many rows as are joined at a time."""
    if session.joined_rows is None:
        return []
    rows: int = session.fetch(f"select count(*) as row_count from {table}")["row_count"][0].as_py()
    count = -(-rows // session.joined_rows)
    if count <= 1:
        return []
    shares = ", ".join(str(place / count) for place in range(1, count))
    cuts = session.fetch(f"select unnest(quantile_disc(lead_no, [{shares}])) as cut from {table}")["cut"].to_pylist()
    return sorted({*cuts})
