"""`python -m benchmarks.invoices`: how fast invoices are checked, by their lines, beside a plain parse of the file.

Each line names one lead, of twenty deliveries; every fiftieth lead can be claimed, every hundredth line is too dear,
and every thousandth stands twice. Read the time a line of one size beside that of the next: it is to stay the same.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from xml.etree import ElementTree

import pyarrow as pa

from pipelines.contracts.contract import Contract, FileTerms
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.formats.isolated.desk import DESK
from pipelines.formats.limits import Limits
from pipelines.invoices.checking import InvoiceChecker
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.simulation.invoices import WrittenInvoice, WrittenLine, as_cii, as_ubl
from pipelines.storage.lake import Lake
from pipelines.vocabulary.tables import INTAKE_TABLES, VERDICT_TABLES, arrow_schema

VENDOR: Final = "acme"
FIRST_DAY: Final = date(2026, 8, 1)
DAYS: Final = 20
AT: Final = time(8)
AS_OF: Final = datetime(2026, 8, 31, 4, tzinfo=UTC)
_CLAIMED, _DEAR, _TWICE = 50, 100, 1_000
_RULE: Final = "proof_individual_record"


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    options = parser.parse_args()
    for lines in (options.lines // 4, options.lines):
        for write in (as_ubl, as_cii):
            with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-") as name:
                print(_measured(Path(name), lines, write), flush=True)


def _measured(folder: Path, lines: int, write: Callable[[WrittenInvoice], bytes]) -> str:
    lake, path = Lake(folder / "lake"), folder / "invoice.xml"
    _deliver(lake, lines)
    path.write_bytes(write(_invoice(lines)))
    checker = InvoiceChecker(DuckDBEngine(), lake, load_catalogue(), Limits(), folder / "invoices")
    _, plain = _timed(lambda: [element.clear() for _, element in ElementTree.iterparse(path)])
    wall, cpu = _timed(lambda: checker.check(VENDOR, [_contract()], path, as_of=AS_OF, language="fr"))
    size = f"{lines:,} lines, {write.__name__[3:]}, {path.stat().st_size / 2**20:.0f} MiB"
    rate = f"{cpu / lines * 1e6:.0f} µs of it a line, {cpu / plain:.1f} times a plain parse"
    return f"{size}: checked and told in {wall:.1f} s, {cpu:.1f} s of CPU, {rate}"


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor with the reading process, its start included."""
    began, used = perf_counter(), sum(os.times()[:4])
    work()
    took = perf_counter() - began
    DESK.end()
    return took, sum(os.times()[:4]) - used


def _invoice(lines: int) -> WrittenInvoice:
    leads = [number - 1 if number % _TWICE == 1 else number for number in range(lines)]
    written = [
        WrittenLine(str(place), "1", price, price, lead_id=_reference(lead))
        for place, lead in enumerate(leads, 1)
        for price in ("4.50" if place % _DEAR == 0 else "4.00",)
    ]
    return WrittenInvoice("F-1", date(2026, 8, 28), written)


def _reference(number: int) -> str:
    return f"lead-{number:08}"


def _contract() -> Contract:
    terms = FileTerms("leads", "*.csv", "csv")
    plain = {"vendor": VENDOR, "valid_from": date(2026, 1, 1), "version": "1", "status": "active", "digest": "0" * 64}
    sold = {"audience": "consumer", "channels": ("email", "phone"), "leads": terms, "consent_proofs": terms}
    owed = {"price": 4.0, "refusal_grounds": (_RULE,), "claim_window": timedelta(days=60)}
    ours = {"advertiser_name": "Annonceur", "advertiser_siren": "123456782", "proof_deadline": timedelta(hours=72)}
    return Contract(**(plain | sold | owed | ours))


def _deliver(lake: Lake, leads: int) -> None:
    with lake.writing(VENDOR):
        for number in range(DAYS):
            day, references = FIRST_DAY + timedelta(days=number), [*_references_of_day(number, leads)]
            tables = _tables(day, references)
            for names in (INTAKE_TABLES, VERDICT_TABLES):
                lake.publish(VENDOR, day, {name: _filled(name, day, tables.get(name, {})) for name in names})


def _references_of_day(number: int, leads: int) -> Iterator[str]:
    yield from map(_reference, range(number, leads, DAYS))


def _tables(day: date, references: list[str]) -> Mapping[str, Mapping[str, list[Any]]]:
    at, count = datetime.combine(day, AT), len(references)
    failed = references[::_CLAIMED]
    return {
        "deliveries": {"delivered_at": [at], "role": ["leads"], "status": ["accepted"]},
        "leads": {"lead_id": references},
        "verdicts": {
            "lead_id": [*references, *references],
            "channel": ["email"] * count + ["phone"] * count,
            "is_final": [True] * 2 * count,
        },
        "findings": {
            "lead_id": failed,
            "rule_id": [_RULE] * len(failed),
            "channel": ["phone"] * len(failed),
            "outcome": ["fail"] * len(failed),
            "attributable_to": ["vendor"] * len(failed),
        },
    }


def _filled(name: str, day: date, columns: Mapping[str, list[Any]]) -> pa.Table:
    """A table of some columns; the others are empty."""
    schema, count = arrow_schema(name), max(map(len, columns.values()), default=0)
    given = {**columns, "vendor": [VENDOR] * count, "delivery_date": [day] * count}
    arrays = [
        pa.array(given[field.name], field.type) if field.name in given else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema([field.with_nullable(True) for field in schema]))


if __name__ == "__main__":
    main()
