"""From the lake's scorecards to stored scores: which deliveries count, their sums, and where the points are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import sqlalchemy as sa

from pipelines.domain.clock import as_lake
from pipelines.domain.contracts import contract_in_force
from pipelines.domain.scoring import DimensionScore, LeadCounts, score_vendor, scoring_method
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.contracts import ContractBook
from pipelines.storage.lake import Lake
from pipelines.storage.scores import publish_scores


@dataclass(frozen=True)
class VendorScore:
    """One vendor's scores, and the deliveries behind them."""

    vendor: str
    delivery_count: int
    scores: tuple[DimensionScore, ...]


def score_vendors(
    lake: Lake, contracts: ContractBook, registry: sa.Engine, *, as_of: datetime, catalogue: Catalogue
) -> list[VendorScore]:
    """Score every vendor that has final deliveries up to `as_of`, and publish the scores in one transaction."""
    scored = [_score(lake, contracts, vendor, as_of) for vendor in lake.vendors("scorecards")]
    with_leads = [vendor_score for vendor_score in scored if vendor_score.scores]
    publish_scores(
        registry,
        {vendor_score.vendor: vendor_score.scores for vendor_score in with_leads},
        as_of=as_of,
        method_version=scoring_method().version,
        catalogue_digest=catalogue.digest,
    )
    return with_leads


def final_days(lake: Lake, vendor: str, as_of: datetime) -> list[date]:
    """Days of a vendor whose verdicts are final, as known at an instant."""
    limit = as_lake(as_of)
    days = []
    for day in lake.published_days(vendor, "scorecards"):
        facts = lake.facts(vendor, day, "scorecards")
        if (
            facts.get("is_final") == "true"
            and "known_at" in facts
            and datetime.fromisoformat(facts["known_at"]) <= limit
        ):
            days.append(day)
    return days


def _score(lake: Lake, contracts: ContractBook, vendor: str, as_of: datetime) -> VendorScore:
    days = final_days(lake, vendor, as_of)
    counts = _sum_by_dimension(lake.read("dimension_scorecards", vendor, days))
    contract = contract_in_force(contracts.of(vendor), max(days)) if days else None
    tolerances: Mapping[str, float] = contract.tolerances if contract is not None else {}
    return VendorScore(vendor, len(days), tuple(score_vendor(counts, tolerances)))


def _sum_by_dimension(rows: pa.Table) -> dict[str, LeadCounts]:
    summed = rows.group_by("dimension").aggregate([("leads_received", "sum"), ("leads_vendor_defective", "sum")])
    return {
        row["dimension"]: LeadCounts(row["leads_received_sum"], row["leads_vendor_defective_sum"])
        for row in summed.to_pylist()
    }
