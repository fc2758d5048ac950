"""Whether the control still meets who said no: canaries through intake, registry, snapshot and judgement, in a house
of their own.

Under the catalogue of the house that watches, on the engine that is to judge after them: the one that publishes, or the
embedded one for questions. Nothing of the house is read otherwise, nothing is left.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Final

import yaml

from pipelines.canaries.market import DAY, VENDOR, Canary, Row, canaries, contract
from pipelines.engines.interface import Engine, EngineError, EngineSettingError
from pipelines.house import House
from pipelines.identifiers.errors_without_values import errors_without_values
from pipelines.identifiers.keyed_hashes import NORMALISATION_VERSION
from pipelines.oppositions.imports import import_oppositions
from pipelines.oppositions.lines import OppositionLine, read_lines
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.rulebook.catalogue import Catalogue
from pipelines.settings import load_settings
from pipelines.storage.folders import PRIVATE, make_folder
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge

AS_OF: Final = datetime(2026, 9, 20, 4, tzinfo=UTC)
"""After their proof deadline."""
_ARRIVAL: Final = datetime(2026, 9, 7, 8, tzinfo=UTC)
Verdicts = dict[tuple[str, str], tuple[str, frozenset[str]]]
"""Verdict and failed rules, by lead and channel."""
NAMED: Final = 5
"""So many of the missed are named in words."""


_FOUND: Final[dict[tuple[object, ...], "Watched"]] = {}
"""By catalogue and engine, with its threads or its server: code does not change while a process runs."""


class MissedCanaryError(RuntimeError):
    """The control does not meet everybody whom it promises to meet: nothing may be judged by it."""


@dataclass(frozen=True)
class Watched:
    """What a watch found."""

    count: int
    missed: tuple[str, ...]
    """What was said and not heard, in words."""

    def __str__(self) -> str:
        return f"{self.count - len(self.missed)} of {self.count}"


def confirm_canaries(house: House, engine: Engine) -> Watched:
    """Watch once in a process for a catalogue and an engine: the one that is to judge.

    Raises:
        MissedCanaryError: somebody who said no would be called.
        EngineSettingError, EngineError: the engine can't be had, or can't judge.
    """
    watched = watched_by(house, engine)
    if watched.missed:
        some = "; ".join(watched.missed[:NAMED])
        raise MissedCanaryError(
            f"{watched} canaries were met, not: {some}. Nothing was judged: what reads or matches identifiers, or a "
            "rule, no longer keeps its promise. Go back to the versions of Opposable, its libraries and your rules of "
            "before, and tell its maintainers"
        )
    return watched


def watched_by(house: House, engine: Engine) -> Watched:
    """What a watch finds, asked once in a process for a catalogue and an engine; nobody missed is an error."""
    key = (house.catalogue.digest, engine)
    if key not in _FOUND:
        lake = house.lake if engine != house.engine else None
        # what fails here may fail with what else the process holds
        with errors_without_values("the canaries", EngineSettingError, EngineError):
            _FOUND[key] = watch(engine, house.catalogue, canaries(), seen=lake)
    return _FOUND[key]


def watch(engine: Engine, catalogue: Catalogue, persons: Sequence[Canary], *, seen: Lake | None = None) -> Watched:
    """Send persons through a house in temporary folders, and ask for each whether they were heard.

    Whom only rules hear that the house switched off, as it says with a name, is not asked about. `seen`: the lake that
    the engine sees, where it sees no temporary folder of this machine.
    """
    off = {change.name for change in catalogue.switched_off}
    persons = [person for person in persons if not person.heard_by <= off]
    with TemporaryDirectory(prefix="opposable-canaries-") as folder, _lake_folder(seen, folder) as lake:
        house = House(load_settings({"OPPOSABLE_HOME": folder, "OPPOSABLE_LAKE": lake}))
        _deliver(house, persons)
        _import_objections(house, persons)
        verdicts = _verdicts_of(house, Judge(engine=engine, lake=house.lake, catalogue=catalogue))
        house.registry.dispose()
    missed = [person.said for person in persons if not _is_heard(person, verdicts)]
    return Watched(len(persons), tuple(missed))


@contextmanager
def _lake_folder(seen: Lake | None, home: str) -> Iterator[str]:
    if seen is None:
        yield f"{home}/lake"
        return
    make_folder(seen.root, seen.canaries, PRIVATE)
    with TemporaryDirectory(dir=seen.canaries) as folder:
        yield folder


def _is_heard(person: Canary, verdicts: Verdicts) -> bool:
    """Blocked on every channel that they closed, and for what they said."""
    mine = [verdicts.get((person.lead_row["lead_id"], channel)) for channel in person.closed]
    return all(found is not None and found[0] == "blocked" and found[1] & person.heard_by for found in mine)


def _deliver(house: House, persons: Sequence[Canary]) -> None:
    signed = house.settings.contracts / VENDOR / "2026-01-01.odcs.yaml"
    signed.parent.mkdir(parents=True)
    signed.write_text(yaml.safe_dump(contract(), allow_unicode=True), encoding="utf-8")
    folder = house.settings.inbox / VENDOR / DAY.isoformat()
    folder.mkdir(parents=True)
    files = {"leads": [one.lead_row for one in persons], "consent_proofs": [one.proof_row for one in persons]}
    for role, rows in files.items():
        (folder / f"{role}.csv").write_text(_csv(rows), encoding="utf-8")
    arrivals = [{"name": f"{role}.csv", "received_at": _ARRIVAL.isoformat()} for role in files]
    (folder / ".received.json").write_text(json.dumps({"files": arrivals}), encoding="utf-8")


def _csv(rows: Sequence[Row]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _import_objections(house: House, persons: Iterable[Canary]) -> None:
    rows = [row for person in persons for row in person.oppositions]
    lines = _csv(rows).splitlines(keepends=True)[1:] if rows else []
    read = read_lines(lines, tuple(rows[0]) if rows else (), house.hasher)
    good = (line for line in read if isinstance(line, OppositionLine))
    import_oppositions(house.registry, good, key_id=house.key_id, normalisation_version=NORMALISATION_VERSION)
    refresh_snapshot(house.registry, house.lake)


def _verdicts_of(house: House, judge: Judge) -> Verdicts:
    contracts = house.contracts().of(VENDOR)
    with house.lake.writing(VENDOR):
        for _ in replace(house.intake, vault=None).take_in(VENDOR, contracts, [DAY]):
            pass
        judged = list(judge.judge(contracts, VENDOR, [DAY], as_of=AS_OF))
    rows = [row for one in judged for row in one.tables["verdicts"].to_pylist()]
    return {(row["lead_id"], row["channel"]): (row["verdict"], frozenset(row["failed_rules"])) for row in rows}
