"""Running the suites over the published marts. Great Expectations is imported by `validate`, and only then."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa

from pipelines.marts.data_docs import stand_alone
from pipelines.marts.results import SuiteResult

if TYPE_CHECKING:
    from pipelines.marts.suites import Published, Suite

FOLDER: Final = "data_docs"
SHOWN: Final = 10
"""Rows shown of those that are not as expected; counts are exact. The marts hold no row that points at a person."""
_KEYS: Final = ("vendor", "delivery_date", "month_starts_on", "as_of", "dimension", "channel", "rule_id", "reason")


def validate(marts: Mapping[str, pa.Table], *, has_deliveries: bool, home: Path) -> list[SuiteResult]:
    """Run every suite in a new context of Great Expectations, and rebuild the Data Docs in `<home>/data_docs`.

    Args:
        marts: the published tables by name, as `pipelines.marts.file.read_marts` gives them.
        has_deliveries: whether the lake holds any, told by somebody else than the marts.
        home: the folder that gets the Data Docs.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the package is imported
    from pipelines.marts.suites import SUITES, Published

    published = Published(marts, has_deliveries)
    docs = home / FOLDER
    context = _context(docs)
    found = [_run(context, suite, published) for suite in SUITES]
    shutil.rmtree(docs, ignore_errors=True)
    context.build_data_docs()
    results = [_result(suite, result, docs) for suite, result in zip(SUITES, found, strict=True)]
    stand_alone(docs, results)
    return results


def _context(docs: Path) -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types import base

    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
    }
    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={"marts": site},
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _run(context: Any, suite: "Suite", published: "Published") -> Any:
    import great_expectations as gx

    frame = suite.rows(published).to_pandas(types_mapper=pd.ArrowDtype)
    asset = context.data_sources.add_pandas(suite.name).add_dataframe_asset(suite.mart)
    definition = gx.ValidationDefinition(
        name=suite.name,
        data=asset.add_batch_definition_whole_dataframe("published"),
        suite=context.suites.add(gx.ExpectationSuite(suite.name, expectations=suite.expectations(published))),
    )
    return context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": SHOWN,
            "unexpected_index_column_names": [name for name in _KEYS if name in frame.columns],
        },
    )


def _result(suite: "Suite", result: Any, docs: Path) -> SuiteResult:
    pages = sorted((docs / "validations" / suite.name).rglob("*.html"))
    return SuiteResult(
        suite.name,
        suite.mart,
        suite.is_about_us,
        len(result.results),
        tuple(_unmet(result.results)),
        pages[-1] if pages else docs / "index.html",
    )


def _unmet(results: Any) -> Iterator[str]:
    for one in results:
        if not one.success:
            asked = one.expectation_config
            columns = [str(value) for key, value in asked.kwargs.items() if key.startswith("column")]
            rows = one.result.get("partial_unexpected_index_list") or []
            count = one.result.get("unexpected_count", one.result.get("observed_value"))
            first = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows[:3])
            yield f"{asked.type} {' '.join(columns)}: {count}" + (f" (first: {first})" if first else "")
