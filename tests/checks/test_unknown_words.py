"""Words that nobody knows are told by vendor, day, role and column, with what would mend it."""

import json
from datetime import date

import pyarrow as pa

from pipelines.checks.unknown_words import unknown_words
from pipelines.vocabulary.tables import arrow_schema

DAY = date(2026, 8, 11)
MEND = "map the vendor's words in the contract (`enum`), or tell the vendor which words are agreed"


def test_files_of_a_delivery_are_told_together_and_others_apart() -> None:
    def file(role: str, day: date, *told: tuple[str, str, int, list[str]]) -> dict[str, object]:
        names = ("field", "column", "rows", "words")
        texts = [json.dumps(dict(zip(names, one, strict=True))) for one in told]
        return {"vendor": "acme", "delivery_date": day, "role": role, "unknown_words": texts}

    rows = [
        file("leads", DAY, ("channels", "Canaux", 3, ["fax"]), ("over_18", "Majeur", 1, [])),
        file("leads", DAY, ("channels", "Canaux", 4, ["fax", "pigeon"])),
        file("consent_proofs", DAY, ("decision", "Accord", 2, [])),
        file("leads", date(2026, 8, 12)),
        {"vendor": "acme", "delivery_date": date(2026, 8, 13), "status": "no_delivery"},
    ]
    faults = unknown_words(pa.Table.from_pylist(rows, schema=arrow_schema("deliveries")))
    assert [str(fault) for fault in faults] == [
        f"acme 2026-08-11 consent_proofs: `Accord` (decision): 2 rows hold words not known, not shown here: {MEND}",
        f"acme 2026-08-11 leads: `Canaux` (channels): 7 rows hold words not known, such as `fax`, `pigeon`: {MEND}",
        f"acme 2026-08-11 leads: `Majeur` (over_18): 1 row holds words not known, not shown here: {MEND}",
    ]
    assert {(fault.vendor, fault.day) for fault in faults} == {("acme", DAY)}
