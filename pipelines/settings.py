"""Every setting, read once from `OPPOSABLE_*` variables. Nothing else reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ByteSize, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipelines.arrays.memory_shares import LEAST_BYTES, MemoryShares
from pipelines.disputes.policy import REACTION_DAYS, REPLY_DAYS, Policy
from pipelines.formats.limits import Limits
from pipelines.vocabulary.suggestions import hint_at
from pipelines.vocabulary.web_addresses import web_address

PREFIX = "OPPOSABLE_"
_PLACES = ("inbox", "contracts", "lake", "rules", "methods", "keys", "vault", "outbox", "state")

_MOST_INTAKE_THREADS = 4


class SettingsError(ValueError):
    """A setting is unknown, malformed or contradictory; the message names it and what would mend it."""


class Settings(BaseModel):
    """Where things lie and how the work is done. Paths default to places below `home`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    home: Path = Field(default=Path("data"), description="Folder that holds everything the embedded default needs.")
    inbox: Path = Field(default=Path("inbox"), description="Where vendors' deliveries arrive.")
    contracts: Path = Field(default=Path("contracts"), description="Contracts, one folder a vendor.")
    lake: Path = Field(default=Path("lake"), description="The Parquet lake.")
    rules: Path = Field(default=Path("rules"), description="Own cards and overrides of the rulebook.")
    methods: Path = Field(default=Path("methods"), description="Own versions of the scoring method, each whole.")
    keys: Path = Field(default=Path("keys"), description="Secrets, generated at first start, mode 0600.")
    vault: Path = Field(default=Path("vault"), description="Identifiers of leads, encrypted; nothing else holds them.")
    outbox: Path = Field(default=Path("outbox"), description="Receipts for vendors.")
    state: Path = Field(
        default=Path("state"),
        description="What we know of delivered files: arrivals, seals, purges. No vendor writes there, mode 0700.",
    )
    inbox_records: Literal["transport", "none"] = Field(
        default="transport",
        description=(
            "Who writes .received.json beside delivered files. transport: our own, and it is believed of files of "
            "which nothing is known yet. none: vendors write into the inbox; it is not read, and told."
        ),
    )
    store: str = Field(
        default="",
        pattern=r"^(s3://[a-z0-9][a-z0-9.-]+(/[^?#]*)?)?$",
        description=(
            "Object store that machines share, s3://bucket/prefix, with what AWS_* variables say of region, endpoint "
            "and credentials. Without it, folders hold all."
        ),
    )
    database_url: str = Field(default="", description="Registry; SQLite in the home unless given.")
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="What judges deliveries and makes receipts. Questions about what is published stay in the process.",
    )
    spark_remote: str = Field(
        default="", description="Address of the Spark server, sc://host:port; Spark's own SPARK_REMOTE unless given."
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        description="Threads of the engine, by its own default unless given; an intake never works on more than four.",
    )
    memory_limit: ByteSize | None = Field(
        default=None,
        description=(
            "Memory that a run is to keep to, such as 1GB: what does not fit is sorted and joined on the disk, below "
            "the home. Reading a file has a bound of its own. As much as the machine has unless given."
        ),
    )
    first_day: date = Field(default=date(2026, 1, 1), description="First delivery date that can be judged.")
    claim_window_days: int = Field(
        default=90, ge=0, description="Days to claim for a delivery, where its contract has no claimWindow."
    )
    dispute_hold_days: int = Field(
        default=30, ge=0, description="Days after the claim window for which delivered files and receipts are kept."
    )
    vault_retention_days: int = Field(
        default=1095,
        ge=1,
        description="Days for which the vault keeps a delivery, where its contract has no retention.",
    )
    export_retention_days: int = Field(
        default=30, ge=1, description="Days for which what was exported in a call list is kept, encrypted."
    )
    decision_retention_days: int = Field(
        default=1827,
        ge=1,
        description=(
            "Days for which a dossier is kept that a decision rests on, after the decision or the renewal that it is "
            "of: five years, in which claims between merchants can be made (C. com. art. L. 110-4)."
        ),
    )
    invoice_retention_days: int = Field(
        default=4018,
        ge=1,
        description=(
            "Days for which what is told of an invoice is kept after its last check: eleven years, so that the ten of "
            "C. com. art. L. 123-22 have passed whenever the financial year ended. Nothing keeps its leads from "
            "being paid twice afterwards."
        ),
    )
    reply_period_days: int = Field(
        default=REPLY_DAYS,
        ge=1,
        description="Days that a vendor has to answer a finding once it was notified, where its contract has no "
        "replyPeriod.",
    )
    reaction_days: int = Field(
        default=REACTION_DAYS,
        ge=1,
        description="Days within which a blocking defect is told to its vendor, its answer is decided on, and such "
        "leads stop coming; where a contract has cureDays, these count for the last.",
    )
    dispute_retention_days: int = Field(
        default=1827,
        ge=1,
        description="Days for which what a vendor wrote and showed in a dispute is kept, encrypted, after it came: "
        "five years, in which claims between merchants can be made (C. com. art. L. 110-4).",
    )
    four_eyes: Literal["never", "against", "always"] = Field(
        default="against",
        description="Which decisions at renewals a second person confirms: none, those against the advice, all.",
    )
    serve_address: str = Field(
        default="http://127.0.0.1:8600",
        pattern=r"^https?://[A-Za-z0-9.\-\[\]:]+/?$",
        description=(
            "Address of `opposable serve` as browsers show it, without a path: links begin with it, and what another "
            "name is asked for is refused."
        ),
    )
    serve_user_header: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9-]*$",
        description=(
            "Header in which the proxy says who asks, such as X-Remote-User. Without it pages are read on this machine "
            "alone, and nobody decides there."
        ),
    )
    serve_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses or networks, between commas, of the proxies that are believed in who asks.",
    )
    max_file_bytes: int = Field(
        default=Limits.file_bytes, ge=1, description="Bytes of a delivered file's content, unpacked."
    )
    max_held_bytes: int = Field(
        default=Limits.held_bytes,
        ge=1,
        description="Bytes in memory of a file that can only be read whole: a workbook.",
    )
    max_expansion: int = Field(
        default=Limits.expansion, ge=1, description="Bytes of content for each byte of a packed file."
    )
    max_rows: int = Field(default=Limits.rows, ge=1, description="Data rows of a delivered file.")
    max_columns: int = Field(default=Limits.columns, ge=1, description="Columns of a delivered file.")
    max_cell_characters: int = Field(
        default=Limits.cell_characters, ge=1, description="Characters in one cell of a delivered file."
    )
    max_read_seconds: int = Field(
        default=Limits.read_seconds,
        ge=1,
        description=(
            "Seconds of a processor for one pass over a delivered file; if it is larger than 64 MiB, for each 64 MiB "
            "of it."
        ),
    )
    max_read_bytes: int = Field(
        default=Limits.read_bytes,
        ge=2**26,
        description=(
            "Bytes of memory that reading a delivered file may take, in a process of its own; in a container, half of "
            "what that may use at most."
        ),
    )
    max_archive_files: int = Field(default=Limits.archive_files, ge=1, description="Files in one delivered archive.")
    max_rejected_rows: int = Field(
        default=Limits.rejected_rows,
        ge=1,
        description="Rejected rows of a file that are told one by one, and then as many runs of them.",
    )

    @field_validator("memory_limit")
    @classmethod
    def _is_enough_to_work_with(cls, value: ByteSize | None) -> ByteSize | None:
        if value is not None and value < LEAST_BYTES:
            raise ValueError(f"a run can't work with less than {LEAST_BYTES // 2**20}MiB: give more, or leave it out")
        return value

    @field_validator("serve_address")
    @classmethod
    def _as_browsers_send_it(cls, value: str) -> str:
        return web_address(value)

    @field_validator("serve_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for part in value.split(","):
            ip_network(part.strip())
        return value

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, values: Any) -> Any:
        home = Path(values.get("home") or "data").expanduser().absolute()
        places = {name: values.get(name) or home / name for name in _PLACES}
        database = values.get("database_url") or f"sqlite:///{home / 'registry.db'}"
        return {**values, **places, "home": home, "database_url": database}

    @property
    def dagster_home(self) -> Path:
        """Folder of the Dagster instance."""
        return self.home / "dagster"

    @property
    def exports(self) -> Path:
        """Folder of the call lists that were handed out."""
        return self.home / "exports"

    @property
    def invoices(self) -> Path:
        """Folder of what is told of vendors' invoices."""
        return self.home / "invoices"

    @property
    def disputes(self) -> Path:
        """Folder of what vendors wrote and showed in disputes, encrypted."""
        return self.home / "disputes"

    @property
    def annexes(self) -> Path:
        """Folder of what is for counsel alone."""
        return self.home / "annexes"

    @property
    def dossiers(self) -> Path:
        """Folder of the dossiers, and of the portfolio."""
        return self.home / "dossiers"

    @property
    def decisions(self) -> Path:
        """Folder of the dossiers that were decided on."""
        return self.home / "decisions"

    @property
    def comparisons(self) -> Path:
        """Folder of replays, by name."""
        return self.home / "comparisons"

    @property
    def law(self) -> Path:
        """Folder of the rules and contracts that days were judged by."""
        return self.home / "law"

    @property
    def spill(self) -> Path:
        """Folder of what does not fit into the engine's memory, while a session lasts."""
        return self.home / "spill"

    @property
    def memory_shares(self) -> MemoryShares | None:
        """What each part of a run may hold; none of them is bounded where no limit is set."""
        return MemoryShares.of(self.memory_limit) if self.memory_limit else None

    @property
    def intake_threads(self) -> int:
        """Threads of an intake, where each holds a block of rows, and reading a file keeps no more than a few busy; and
        whether rows of the lake are encoded beside the thread that makes them: more than one."""
        most = self.memory_shares.intake_threads if self.memory_shares else _MOST_INTAKE_THREADS
        return min(self.threads or os.cpu_count() or 1, _MOST_INTAKE_THREADS, most)

    @property
    def policy(self) -> Policy:
        """How long things may take where a contract is silent."""
        return Policy(timedelta(days=self.reply_period_days), timedelta(days=self.reaction_days))

    @property
    def limits(self) -> Limits:
        """Upper bounds of one delivered file."""
        return Limits(**{bound.name: getattr(self, f"max_{bound.name}") for bound in fields(Limits)})


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: a variable with our prefix is unknown, or its value is not what it should be.
    """
    variables = os.environ if environment is None else environment
    given = {name.removeprefix(PREFIX).lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
    given.setdefault("spark_remote", variables.get("SPARK_REMOTE", ""))
    for name in given:
        if name not in Settings.model_fields:
            raise SettingsError(_unknown(name))
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(
            f"{PREFIX}{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingsError(problems) from None
    _confirm_state_is_ours(settings)
    return settings


def _confirm_state_is_ours(settings: Settings) -> None:
    for name in ("inbox", "outbox"):
        if settings.state.is_relative_to(getattr(settings, name)):
            raise SettingsError(
                f"{PREFIX}STATE: {settings.state} lies in {PREFIX}{name.upper()}, where others write: move it out"
            )


def _unknown(name: str) -> str:
    spelt = [field.upper() for field in Settings.model_fields]
    hint = hint_at(name.upper(), spelt, PREFIX + "{}")
    known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
    return f"unknown setting {PREFIX}{name.upper()}{hint} (known: {known})"
