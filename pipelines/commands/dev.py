"""`opposable dev`: the Dagster UI on the home's instance, on 127.0.0.1 only."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.shared import house_of_settings, refuse
from pipelines.marts.manifest import ManifestError, make_manifest
from pipelines.orchestration.instance import prepare_dagster_home


def dev(port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000) -> None:
    """Open the Dagster UI with schedules and sensors."""
    settings = house_of_settings().settings
    try:
        make_manifest()
    except ManifestError as error:
        refuse(str(error))
    prepare_dagster_home(settings)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ["OPPOSABLE_HOME"] = str(settings.home)
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    os.chdir(workspace.parent)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, our own arguments
