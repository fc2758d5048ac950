"""The annex for counsel: exposure by legal provision. A file of its own, which no page links to and no vendor sees.

Below the home's `annexes/<vendor>/<date>/`, for the house's user alone (0700, 0600). It stands in no dossier,
portfolio, outbox or digest: what a vendor could ask for in a trial must not tell what we fear.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.dossiers.facts import vendor_tables
from pipelines.dossiers.pages import render_page
from pipelines.engines.interface import Engine, Session
from pipelines.reviews.exposure import Exposure, FoundBreaches, ProvisionTable, exposures, provision_table, rules_of
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date

ANNEXES: Final = {"fr": "annex.html", "en": "annex.en.html"}
_SOUGHT: Final = pa.schema(
    {
        "provision": pa.string(),
        "rule_id": pa.string(),
        "channel": pa.string(),
        "since": pa.date32(),
        "until": pa.date32(),
    }
)
_BREACHES: Final = """
    with uses as (
        select
            findings.delivery_date, findings.lead_id, findings.rule_id, findings.is_proven,
            verdicts.channel
        from findings
        inner join verdicts
            on findings.delivery_date = verdicts.delivery_date and findings.lead_id = verdicts.lead_id
            and (findings.channel is null or findings.channel = verdicts.channel)
        where findings.outcome = 'fail' and verdicts.is_final
    ),

    breaches as (
        select sought.provision, uses.*
        from uses
        inner join sought
            on uses.rule_id = sought.rule_id and uses.channel = sought.channel
            and (sought.since is null or uses.delivery_date >= sought.since)
            and (sought.until is null or uses.delivery_date <= sought.until)
    )

    select
        provision,
        count(distinct {use}) filter (is_proven) as proven_count,
        count(distinct {use}) as breach_count,
        list_sort(list(distinct rule_id)) as rules,
        min(delivery_date) as first_on,
        max(delivery_date) as last_on
    from breaches
    group by provision
""".format(use="(delivery_date, lead_id, channel)")


@dataclass(frozen=True)
class AnnexWriter:
    """Writes annexes as of an instant (aware) below a folder."""

    engine: Engine
    lake: Lake
    catalogue: Catalogue
    folder: Path
    as_of: datetime

    def write(self, vendor: str, turnover: Decimal | None) -> Path:
        """Write a vendor's annex in both languages; its folder. `turnover`: of the last year, in EUR.

        Raises:
            DamagedCorrectionsError: corrections are not what was written.
        """
        table = provision_table()
        with vendor_tables(self.engine, self.lake, vendor, as_of=self.as_of) as session:
            ranges = exposures(table, found_breaches(session, self.catalogue, table), turnover)
        folder = self.folder / vendor / paris_date(self.as_of).isoformat()
        for language, page in ANNEXES.items():
            text = self._page(vendor, ranges, table, turnover, language)
            with replacing(self.folder.parent, folder / page, PRIVATE) as file:
                file.write(text.encode())
        return folder

    def _page(
        self,
        vendor: str,
        ranges: tuple[Exposure, ...],
        table: ProvisionTable,
        turnover: Decimal | None,
        language: str,
    ) -> str:
        return render_page(
            "annex.html.j2",
            language,
            as_of=self.as_of,
            vendor=vendor,
            exposures=ranges,
            table=table,
            turnover=turnover,
        )


def found_breaches(session: Session, catalogue: Catalogue, table: ProvisionTable) -> dict[str, FoundBreaches]:
    """What is published of a vendor's final days, by provision; provisions of which nothing was found are left out."""
    rules = rules_of(table, catalogue.cards)
    sought = [
        {"provision": one.id, "rule_id": rule, "channel": channel, "since": one.since, "until": one.until}
        for one in table.provisions
        for rule in rules[one.id]
        for channel in one.channels
    ]
    session.register("sought", pa.Table.from_pylist(sought, schema=_SOUGHT))
    rows: list[dict[str, Any]] = session.fetch(_BREACHES).to_pylist()
    return {row["provision"]: _breaches_found(row, rules[row["provision"]]) for row in rows}


def _breaches_found(row: dict[str, Any], articles: dict[str, set[str]]) -> FoundBreaches:
    distinct = set[str]().union(*(articles[rule] for rule in row["rules"]))
    return FoundBreaches(
        proven_count=row["proven_count"],
        count=row["breach_count"],
        articles=len(distinct),
        rules=tuple(row["rules"]),
        first_on=row["first_on"],
        last_on=row["last_on"],
    )
