"""The Dagster instance of a home: its folder and its settings."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.settings import Settings

REFERENCE = Path(__file__).with_name("dagster.yaml")


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The home's persisted instance; made from the reference settings at first start."""
    prepare_dagster_home(settings)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)  # read by Dagster itself, also in the processes it starts
    with dg.DagsterInstance.get() as instance:
        yield instance


def prepare_dagster_home(settings: Settings) -> None:
    """Make the folder with its `dagster.yaml`, unless somebody did."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    target = settings.dagster_home / "dagster.yaml"
    if not target.exists():
        shutil.copyfile(REFERENCE, target)
