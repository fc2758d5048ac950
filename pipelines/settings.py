"""Every setting, read once from `OPPOSABLE_*` variables. Nothing else reads the environment."""

import difflib
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OPPOSABLE_"


class SettingsError(ValueError):
    """A setting is unknown, malformed or contradictory; the message names it and what would mend it."""


class Settings(BaseSettings):
    """Where things lie and how the work is done. Paths default to places below `home`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(default=Path("data"), description="Folder that holds everything the embedded default needs.")
    inbox: Path = Field(default=Path("inbox"), description="Where vendors' deliveries arrive.")
    contracts: Path = Field(default=Path("contracts"), description="Contracts, one folder a vendor.")
    lake: Path = Field(default=Path("lake"), description="The Parquet lake.")
    rules: Path = Field(default=Path("rules"), description="Own cards and overrides of the rulebook.")
    keys: Path = Field(default=Path("keys"), description="Secrets, generated at first start, mode 0600.")
    database_url: str = Field(default="", description="Registry; SQLite in the home unless given.")
    engine: Literal["duckdb"] = Field(default="duckdb", description="What runs the compiled SQL.")
    threads: int | None = Field(default=None, ge=1, description="Threads of the engine; its own default unless given.")
    first_day: date = Field(default=date(2026, 1, 1), description="First delivery date that can be judged.")

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, values: Any) -> Any:
        home = Path(values.get("home") or "data").expanduser().absolute()
        places = {name: values.get(name) or home / name for name in ("inbox", "contracts", "lake", "rules", "keys")}
        database = values.get("database_url") or f"sqlite:///{home / 'registry.db'}"
        return {**values, **places, "home": home, "database_url": database}

    @property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance."""
        return self.home / "dagster"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a variable with our prefix is unknown, or its value is not what it should be.
    """
    variables = os.environ if environment is None else environment
    given = {name.removeprefix(PREFIX).lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in Settings.model_fields:
            raise SettingsError(_unknown(name))
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError(problems) from None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""
    known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
    return f"unknown setting {PREFIX}{name.upper()}{hint} (known: {known})"
