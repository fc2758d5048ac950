"""`python -m benchmarks.may_call_equal`: whether `may-call --stream` says of numbers what `explain` does.

A delivery with flaws, oppositions by chance, a third of them recorded while the answers are open. Each number is asked
of what was opened once; its leads are explained rule by rule on the clock of now. Ends with status 1 at a difference.
"""

import argparse
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa

from benchmarks.data import DAY, SEED, persons_of, write_key, write_vendor
from benchmarks.one_delivery import VENDOR
from pipelines.house import House
from pipelines.identifiers.keyed_hashes import NORMALISATION_VERSION
from pipelines.oppositions.imports import import_oppositions
from pipelines.oppositions.lines import OppositionLine
from pipelines.settings import load_settings
from pipelines.usable.kept_open import KeptOpen
from pipelines.usable.today import Today, look
from pipelines.verdicts.explain import ExplainedUse, explained_uses
from pipelines.verdicts.judge import delivered_days

CHANNEL: Final = "phone"
AT_ONCE: Final = 500
"""Leads that are explained by one query."""
Said: TypeAlias = tuple[str, tuple[str, ...], bool]
"""What is answered, blocking rules of a no, whether the person objected."""


def main() -> None:
    """Deliver, open, object, ask, explain, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.may_call_equal", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-") as name:
        house = _house(Path(name), options.cases)
        phones = persons_of(np.arange(options.cases * 5 // 4)).phones.to_pylist()
        chance = Random(SEED)
        first, later = ([phones[chance.randrange(len(phones))] for _ in range(options.cases // 20)] for _ in range(2))
        _object(house, first)
        kept = KeptOpen(lambda: house, CHANNEL)
        _object(house, later[: len(later) // 2])
        asked = [phones[chance.randrange(len(phones))] for _ in range(options.cases)]
        _, at, found = kept.answers(asked)
        said = [(answer.said, () if answer.is_opposed else answer.rules, answer.is_opposed) for answer in found]
        opposed = {*first, *later[: len(later) // 2]}
        expected = _explained(look(house, at), asked, opposed)
    differing = [place for place, pair in enumerate(zip(said, expected, strict=True)) if pair[0] != pair[1]]
    print(f"{len(asked):,} numbers: {dict(Counter(answer.said for answer in found))}, {len(differing)} differ")
    raise SystemExit(1 if differing else 0)


def _house(home: Path, leads: int) -> House:
    write_key(home)
    write_vendor(home, VENDOR, first_number=0, days=[DAY], leads=leads)
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    with house.lake.writing(VENDOR):
        for _ in house.intake.take_in(VENDOR, house.contracts().of(VENDOR), [DAY]):
            pass
    return house


def _object(house: House, phones: list[str]) -> None:
    at = datetime.now(UTC) - timedelta(seconds=1)
    keys = house.hasher.keys(pa.array(phones)).to_pylist()
    lines = [OppositionLine(key, "phone", "phone", at, at, "web", (), None, None) for key in keys]
    import_oppositions(house.registry, lines, key_id=house.key_id, normalisation_version=NORMALISATION_VERSION)


def _explained(today: Today, phones: list[str], opposed: set[str]) -> list[Said]:
    """Of each number, what the explanation of its leads comes to."""
    house = today.house
    (day,) = delivered_days(VENDOR, today.book.of(VENDOR), house.lake.read("deliveries", VENDOR, [DAY]))
    by_key: dict[str, list[str]] = {}
    for lead in house.lake.read("leads", VENDOR, [DAY]).select(["lead_id", "phone_key"]).to_pylist():
        by_key.setdefault(lead["phone_key"], []).append(lead["lead_id"])
    keys = house.hasher.keys(pa.array(phones)).to_pylist()
    ids = sorted({lead_id for key in keys for lead_id in by_key.get(key, ())})
    uses: dict[str, list[ExplainedUse]] = {}
    with house.judge.session(VENDOR, [day], as_of=today.at, until="verdicts", is_today=True) as session:
        for start in range(0, len(ids), AT_ONCE):
            for use in explained_uses(session, house.judge, day.contract, ids[start : start + AT_ONCE]):
                uses.setdefault(use.lead_id, []).append(use)
    return [
        ("no", (), True)
        if phone in opposed
        else _said_of([use for lead_id in by_key.get(key, ()) for use in uses[lead_id]])
        for phone, key in zip(phones, keys, strict=True)
    ]


def _said_of(explained: list[ExplainedUse]) -> Said:
    uses = [use for use in explained if use.channel == CHANNEL]
    against = [
        one.rule.id
        for use in uses
        for one in use.rules
        if one.is_found and (one.rule.card.severity, one.rule.card.grain) == ("blocking", "lead_use")
    ]
    if not uses:
        return "unknown", (), False
    is_usable = any(use.verdict == "usable" for use in uses)
    return ("yes", (), False) if is_usable else ("no", tuple(sorted(set(against))), False)


if __name__ == "__main__":
    main()
