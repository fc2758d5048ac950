"""The marts: dbt's models over the lake's counts, as assets; dbt's tests, as their checks."""

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from glob import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import dagster as dg
from packaging.version import Version

from pipelines.house import House
from pipelines.marts.exports import export_for_marts
from pipelines.marts.file import rebuilding
from pipelines.marts.manifest import MANIFEST, PROJECT
from pipelines.settings import Settings

POOL: Final = "marts"
_NOT_BUILT: Final = ("--exclude-resource-type", "unit_test", "exposure")
DBT_BUILD: Final = (sys.executable, "-P", "-m", "dbt.cli.main", "build", *_NOT_BUILT)
"""Unit tests are about the models, not about the data: they run with the other tests of the project. Of exposures there
is nothing to build."""


class NoManifestError(RuntimeError):
    """dbt's project was not parsed yet."""


@cache
def build_marts(manifest: Path = MANIFEST) -> dg.AssetsDefinition:
    """Every model of the dbt project as an asset, in one step.

    Raises:
        NoManifestError: the manifest is missing.
    """
    if not manifest.exists():
        raise NoManifestError(f"{manifest}: dbt's manifest is missing; `opposable dev` or `make manifest` makes it")
    from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

    settings = DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)

    @dbt_assets(
        manifest=manifest,
        name="marts",
        pool=POOL,
        dagster_dbt_translator=DagsterDbtTranslator(settings),
    )
    def marts(context: dg.AssetExecutionContext, house: dg.ResourceParam[House]) -> Iterator[Any]:
        """Export what dbt reads, build aside, and publish the file if every model and test of ours came through."""
        exported = export_for_marts(house.lake, house.registry, house.catalogue)
        context.log.info(f"exported for dbt: {exported}")
        is_whole = not context.op_execution_context.is_subset
        with rebuilding(house.settings.home, is_whole=is_whole) as target:
            yield from _build(context, house.settings, target)

    return marts


def _build(context: dg.AssetExecutionContext, settings: Settings, target: Path) -> Iterator[Any]:
    """Run `dbt build` over the run's selection, and tell Dagster what it did.

    Not by `DbtCliResource.cli`: that one asks the package index for dbt's latest version at every run, opens a second
    adapter in this process, and can't be told the environment.
    """
    from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
    from dagster_dbt.core.dbt_cli_invocation import DbtCliInvocation
    from dagster_dbt.dagster_dbt_translator import DagsterDbtTranslator

    chosen = get_updated_cli_invocation_params_for_context(context, {}, DagsterDbtTranslator())
    artifacts = settings.home / "dbt"
    artifacts.mkdir(exist_ok=True)
    invocation = DbtCliInvocation.run(
        args=[*DBT_BUILD, *chosen.selection_args],
        env=dbt_environment(settings.lake, target, artifacts, indirect_selection=chosen.indirect_selection),
        manifest=chosen.manifest,
        dagster_dbt_translator=chosen.dagster_dbt_translator,
        project_dir=PROJECT,
        target_path=artifacts,
        raise_on_error=True,
        context=context,
        adapter=None,
        cli_version=Version(version("dbt-core")),
    )
    context.log.info(f"dbt's own log: {artifacts / 'dbt.log'}")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # it repeats every event there
        yield from invocation.stream()


def dbt_environment(
    lake: Path, marts: Path, artifacts: Path, *, indirect_selection: str | None = None
) -> dict[str, str]:
    """The environment of a dbt process that reads a lake, writes a file of marts, and keeps its own files apart."""
    return {
        **os.environ,
        "DBT_OPPOSABLE_LAKE": escape(str(lake.absolute())),
        "DBT_OPPOSABLE_MARTS": str(marts.absolute()),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(artifacts.absolute()),
        "DBT_LOG_PATH": str(artifacts.absolute()),
        "DBT_LOG_FORMAT": "json",
        "DBT_LOG_LEVEL_FILE": "info",
        "DBT_USE_COLORS": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        **({"DBT_INDIRECT_SELECTION": indirect_selection} if indirect_selection else {}),
    }
