"""What Great Expectations says of the published marts, as checks of the marts."""

from collections.abc import Iterator, Mapping
from typing import Final

import dagster as dg

from pipelines.house import House
from pipelines.marts.exports import has_deliveries
from pipelines.marts.file import read_marts
from pipelines.marts.results import SuiteResult
from pipelines.marts.validation import FOLDER, validate

MARTS: Final = (
    "fct_deliveries",
    "fct_reject_reasons",
    "fct_rule_outcomes",
    "fct_dimension_rates",
    "fct_vendor_scores",
    "dim_vendors",
    "dim_rules",
    "vendor_months",
)
OWN_HISTORY: Final = {
    "volumes_like_before": ("fct_deliveries", "No vendor's latest delivery is far larger or smaller than its earlier."),
    "rates_like_before": ("fct_dimension_rates", "No vendor's latest final delivery is far worse than its earlier."),
}
"""Suites about vendors, by name: they warn, and stop nothing."""

_SPECS: Final = [
    *(
        dg.AssetCheckSpec(
            "suite_holds", asset=mart, blocking=True, description="Great Expectations: the suite of the mart holds."
        )
        for mart in MARTS
    ),
    *(dg.AssetCheckSpec(name, asset=mart, description=about) for name, (mart, about) in OWN_HISTORY.items()),
]


@dg.multi_asset_check(name="quality", specs=_SPECS, can_subset=True)
def quality(context: dg.AssetCheckExecutionContext, house: dg.ResourceParam[House]) -> Iterator[dg.AssetCheckResult]:
    """Validate the marts as published, in one context, rebuild the Data Docs, and tell of the checks asked for."""
    home = house.settings.home
    for result in validate(read_marts(home, MARTS), has_deliveries=has_deliveries(house.lake), home=home):
        name = "suite_holds" if result.is_about_us else result.name
        if dg.AssetCheckKey(dg.AssetKey(result.mart), name) in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=result.mart,
                check_name=name,
                passed=result.is_met,
                severity=dg.AssetCheckSeverity.ERROR if result.is_about_us else dg.AssetCheckSeverity.WARN,
                metadata=_suite_metadata(result, house),
            )


def _suite_metadata(
    result: SuiteResult, house: House
) -> Mapping[str, int | dg.JsonMetadataValue | dg.PathMetadataValue]:
    return {
        "expectations": result.expectation_count,
        "not as expected": dg.JsonMetadataValue(list(result.unmet)),
        "page": dg.PathMetadataValue(result.page),
        "data docs": dg.PathMetadataValue(house.settings.home / FOLDER / "index.html"),
    }
