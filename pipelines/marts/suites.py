"""One suite a published mart, and two on vendors' own history. Importing this imports Great Expectations: do it late.

Each begins with the number of rows, since everything else holds of an empty table. dbt tests what each row must satisfy
while it builds; these read the published file once more, as its users do, and also look across tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.main_module import name_main_module
from pipelines.marts.history import LEAST_HISTORY, rates_against_history, volumes_against_history
from pipelines.scores.grades import GRADES, NOT_ENOUGH_EVIDENCE
from pipelines.scores.standings import STATES
from pipelines.vocabulary.words import (
    ACCEPTED_STATUSES,
    CHANNELS,
    DIMENSIONS,
    RATED_DIMENSIONS,
    REJECT_REASONS,
    SEVERITIES,
    VENDOR_KEY,
)

name_main_module()  # Great Expectations imports whatever engine's client is installed
import great_expectations.expectations  # noqa: E402

gxe: Any = great_expectations.expectations  # it exports its classes in a way that type checkers do not follow
Expectations = list[Any]
"""Expectations of Great Expectations, which has no common public type for them."""


@dataclass(frozen=True)
class Published:
    """The marts as published, and what is known of them from elsewhere."""

    marts: Mapping[str, pa.Table]
    has_deliveries: bool
    """True when the lake holds any: then empty marts are a fault."""

    @property
    def has_judged_leads(self) -> bool:
        """True when a delivery with leads has its verdicts."""
        deliveries = self.marts["fct_deliveries"]
        return bool(pc.sum(deliveries.filter(deliveries["is_judged"])["leads_received"]).as_py())

    def with_history(self, mart: str, *key: str) -> int:
        """Groups of a mart with leads in more deliveries than a history needs; final ones where it tells them apart."""
        rows = self.marts[mart]
        rows = rows.filter(pc.greater(rows["leads_received"], 0))
        rows = rows.filter(rows["is_final"]) if "dimension" in key else rows
        sizes = rows.group_by(list(key)).aggregate([([], "count_all")])["count_all"]
        return int(pc.sum(pc.greater(sizes, LEAST_HISTORY)).as_py() or 0)

    def values(self, mart: str, column: str) -> list[Any]:
        """The different values of a column, in order."""
        return sorted(self.marts[mart][column].unique().drop_null().to_pylist())

    def total(self, mart: str, column: str) -> int:
        """The sum of a column of counts."""
        return int(pc.sum(self.marts[mart][column]).as_py() or 0)


def fct_deliveries(published: Published) -> Expectations:
    """Every delivery once, of a known vendor, with rows that add up."""
    return [
        _row_count_at_least(1 if published.has_deliveries else 0),
        *_is_key("vendor", "delivery_date"),
        *_vendors_are_known(published),
        _in("status", (*ACCEPTED_STATUSES, "refused", "no_delivery", "no_leads")),
        *_are_counts("file_count", "leads_received", "leads_accepted", "leads_rejected", "proofs_received"),
        _is_rate("reject_rate"),
        _at_least("leads_received", "leads_accepted"),
        _at_least("file_count", "refused_file_count"),
    ]


def fct_reject_reasons(published: Published) -> Expectations:
    """Reasons where rows were rejected or files refused, and known ones only."""
    rejects = ("leads_rejected", "proofs_rejected", "refused_file_count")
    has_rejects = any(published.total("fct_deliveries", column) for column in rejects)
    return [
        _row_count_at_least(1 if has_rejects else 0),
        *_is_key("vendor", "delivery_date", "reason"),
        *_vendors_are_known(published),
        _in("reason", REJECT_REASONS),
        *_are_counts("rejected_row_count", "refused_file_count"),
    ]


def fct_rule_outcomes(published: Published) -> Expectations:
    """Outcomes of known rules wherever leads were judged; the vendor answers for no more than what failed."""
    return [
        _row_count_at_least(1 if published.has_judged_leads else 0),
        *_is_key("vendor", "delivery_date", "channel", "rule_id"),
        *_vendors_are_known(published),
        _in("rule_id", published.values("dim_rules", "rule_id")),
        _in("channel", CHANNELS),
        _in("dimension", DIMENSIONS),
        *_are_counts("applied_count", "pass_count", "fail_count", "unknown_count", "not_applicable_count"),
        _is_rate("fail_rate"),
        _at_least("fail_count", "vendor_attributable_count"),
        _at_least("applied_count", "fail_count"),
    ]


def fct_dimension_rates(published: Published) -> Expectations:
    """Every dimension of every judged delivery with leads; rates and running rates in [0, 1]."""
    return [
        _row_count_at_least(len(RATED_DIMENSIONS) + 1 if published.has_judged_leads else 0),
        *_is_key("vendor", "delivery_date", "dimension"),
        *_vendors_are_known(published),
        _in("dimension", (*RATED_DIMENSIONS, "all")),
        *_are_counts("leads_received", "running_leads_received"),
        *(_is_rate(column) for column in ("defect_rate", "vendor_defect_rate", "running_vendor_defect_rate")),
        _at_least("leads_received", "leads_defective"),
        _at_least("leads_defective", "leads_vendor_defective"),
        _at_least("running_leads_received", "running_leads_vendor_defective"),
    ]


def fct_vendor_scores(published: Published) -> Expectations:
    """A score wherever final deliveries had leads; points and rates within their bounds."""
    final_leads = published.total("vendor_months", "final_leads_received")
    return [
        _row_count_at_least(1 if final_leads else 0),
        *_is_key("vendor", "as_of", "dimension"),
        *_vendors_are_known(published),
        _in("dimension", (*RATED_DIMENSIONS, "total")),
        _in("state", STATES),
        _in("grade", (*GRADES, NOT_ENOUGH_EVIDENCE)),
        *(_between(column, 100) for column in ("points", "lower_points", "upper_points")),
        *(_is_rate(column) for column in ("rate", "tolerance", "rate_lower", "rate_upper")),
        _at_least("upper_points", "lower_points"),
        _at_least("rate_upper", "rate_lower"),
        _at_least("leads_received", "leads_vendor_defective"),
    ]


def dim_vendors(published: Published) -> Expectations:
    """Every vendor once, under a proper key."""
    return [
        _row_count_at_least(1 if published.has_deliveries else 0),
        *_is_key("vendor"),
        gxe.ExpectColumnValuesToMatchRegex(column="vendor", regex=f"^{VENDOR_KEY.pattern}$"),
        *_are_counts("delivery_count", "missing_delivery_count"),
        _between("total_points", 100),
        _in("grade", (*GRADES, NOT_ENOUGH_EVIDENCE)),
    ]


def dim_rules(published: Published) -> Expectations:
    """Every rule once; a house without rules judges nothing."""
    return [
        _row_count_at_least(1),
        *_is_key("rule_id"),
        _in("dimension", DIMENSIONS),
        _in("severity", SEVERITIES),
    ]


def vendor_months(published: Published) -> Expectations:
    """Every month of every vendor once; points and rates within their bounds."""
    return [
        _row_count_at_least(1 if published.has_deliveries else 0),
        *_is_key("vendor", "month_starts_on"),
        *_vendors_are_known(published),
        _in("leading_rule_id", published.values("dim_rules", "rule_id")),
        *_are_counts("delivery_count", "leads_received", "final_leads_received"),
        _is_rate("reject_rate"),
        _is_rate("vendor_defect_rate"),
        _between("total_points", 100),
        _at_least("leads_received", "final_leads_received"),
    ]


def volumes_like_before(published: Published) -> Expectations:
    """No vendor's latest delivery is far larger or smaller than its earlier ones."""
    return [
        _row_count_at_least(published.with_history("fct_deliveries", "vendor")),
        *_is_key("vendor"),
        _at_least("leads_received", "least_expected"),
        _at_least("most_expected", "leads_received"),
    ]


def rates_like_before(published: Published) -> Expectations:
    """No vendor's latest final delivery is far worse than its earlier ones, in any dimension."""
    return [
        _row_count_at_least(published.with_history("fct_dimension_rates", "vendor", "dimension")),
        *_is_key("vendor", "dimension"),
        _at_least("most_expected", "vendor_defect_rate"),
    ]


@dataclass(frozen=True)
class Suite:
    """A suite, the mart that it is about, and whether it shows a fault of ours or a vendor's behaviour."""

    name: str
    mart: str
    expectations: Callable[[Published], Expectations]
    is_about_us: bool = True
    table: Callable[[Published], pa.Table] | None = None
    """What is validated; the mart itself unless given."""

    def rows(self, published: Published) -> pa.Table:
        """The rows to validate."""
        return self.table(published) if self.table else published.marts[self.mart]


SUITES: Final = (
    *(
        Suite(function.__name__, function.__name__, function)
        for function in (
            fct_deliveries,
            fct_reject_reasons,
            fct_rule_outcomes,
            fct_dimension_rates,
            fct_vendor_scores,
            dim_vendors,
            dim_rules,
            vendor_months,
        )
    ),
    Suite(
        "volumes_like_before",
        "fct_deliveries",
        volumes_like_before,
        is_about_us=False,
        table=lambda published: volumes_against_history(published.marts["fct_deliveries"]),
    ),
    Suite(
        "rates_like_before",
        "fct_dimension_rates",
        rates_like_before,
        is_about_us=False,
        table=lambda published: rates_against_history(published.marts["fct_dimension_rates"]),
    ),
)


def _row_count_at_least(least: int) -> Any:
    return gxe.ExpectTableRowCountToBeBetween(min_value=least)


def _is_key(*columns: str) -> Expectations:
    if len(columns) == 1:
        return [gxe.ExpectColumnValuesToBeUnique(column=columns[0])]
    return [gxe.ExpectCompoundColumnsToBeUnique(column_list=list(columns), ignore_row_if="never")]


def _vendors_are_known(published: Published) -> Expectations:
    known = published.values("dim_vendors", "vendor")
    return [gxe.ExpectColumnValuesToNotBeNull(column="vendor"), _in("vendor", known)]


def _in(column: str, values: Sequence[Any]) -> Any:
    return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))


def _between(column: str, most: float) -> Any:
    return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=most)


def _is_rate(column: str) -> Any:
    return _between(column, 1)


def _are_counts(*columns: str) -> Expectations:
    return [gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0) for column in columns]


def _at_least(greater: str, lesser: str) -> Any:
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=greater, column_B=lesser, or_equal=True, ignore_row_if="either_value_is_missing"
    )
