"""What we answer of the questions: a home's delivery taken in, judged, told, scored, and counted in what was published.

Nothing is warmed up: what the first use of anything costs is in the work, as it is with the tools beside it.
"""

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.data import AS_OF
from benchmarks.figures.one_axis import run_stages
from benchmarks.open_stack.questions import answered, print_answers
from pipelines.house import House
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.scores.points import TOTAL
from pipelines.scores.records import score_history
from pipelines.settings import load_settings

RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "values": ("field_invalid",),
    "duplicate": ("lead_duplicate",),
    "proof": ("proof_individual_record",),
    "person": ("proof_matches_lead",),
    "named": ("consent_named_recipient_elec", "tel_consent_named_professional"),
    "in_time": ("consent_withdrawn", "tel_consent_max_age_one_year"),
    "channel": ("elec_consent_per_channel", "tel_optin_consent_required"),
    "opposed": ("opp_vendor_redelivery", "opp_other_form"),
}
"""By question: the rules that answer it; what counts is leads that fail one."""
_COUNTS: Final = {
    "columns": "select count(*) filter (status <> 'accepted') + sum(rows_rejected) from deliveries",
    "rows": """
        select count(distinct lead_id) + (select sum(rows_rejected) from deliveries)
        from findings
        where outcome = 'fail'
    """,
    "attribution": "select count(*) from findings where outcome = 'fail' and attributable_to is not null",
}
_FAILED: Final = "select count(distinct lead_id) from findings where outcome = 'fail' and rule_id in {rules}"


def main() -> None:
    """Do the work of a home: `HOME`."""
    home = Path(sys.argv[1])
    print_answers(answered(lambda: _published(home), ("opposable", "duckdb")))


def _published(home: Path) -> dict[str, int]:
    run_stages(home, load_catalogue())
    return counted(home)


def counted(home: Path) -> dict[str, int]:
    """The answers that a judged home holds."""
    queries = _COUNTS | {question: _FAILED.format(rules=f"{(*rules, '')}") for question, rules in RULES.items()}
    with duckdb.connect() as connection:
        for table in ("deliveries", "findings"):
            files = f"{home}/lake/{table}/*/*/part-0.parquet"
            connection.execute(f"create view {table} as select * from read_parquet('{files}')")
        found = {question: int(connection.execute(query).fetchall()[0][0]) for question, query in queries.items()}
    lines = sum(_line_count(receipt) for receipt in (home / "outbox").rglob("receipt.csv"))
    return found | {"receipt": lines, "score": _total_points(home)}


def _line_count(receipt: Path) -> int:
    with receipt.open("rb") as file:
        return sum(1 for _ in file) - 1


def _total_points(home: Path) -> int:
    """Of 100, of the vendor of the home."""
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    (vendor,) = house.lake.vendors("scorecards")
    return round(score_history(house.registry, vendor, TOTAL, before=AS_OF + timedelta(days=1))[-1].points)


if __name__ == "__main__":
    main()
