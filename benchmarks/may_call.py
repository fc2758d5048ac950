"""`python -m benchmarks.may_call`: how long one question takes while `may-call --stream` is open, logging included.

The leads are invented, and a third of their persons objected: what is measured is the answer, not the judging, which
`python -m benchmarks` measures. Questions come one at a time, of leads, of persons who objected, and of strangers. Then
the same while leads that were really delivered are judged anew beside the answers, as before an hour ends.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.__main__ import machine
from benchmarks.data import DAY, SEED, persons_of, write_key, write_vendor
from benchmarks.measure import peak_bytes
from benchmarks.one_delivery import VENDOR
from benchmarks.product import take_in
from pipelines.house import House
from pipelines.identifiers.keyed_hashes import NORMALISATION_VERSION
from pipelines.oppositions.imports import import_oppositions
from pipelines.oppositions.lines import OppositionLine
from pipelines.oppositions.snapshot_note import read_note
from pipelines.settings import load_settings
from pipelines.usable.answer_log import StreamLog
from pipelines.usable.answers import opposed_in_all
from pipelines.usable.answers import persons_of as persons_judged
from pipelines.usable.held_persons import HeldPersons, key_links
from pipelines.usable.kept_open import AHEAD, KeptOpen
from pipelines.usable.open_answers import LASTS, OpenAnswers
from pipelines.usable.today import look
from pipelines.verdicts.uses_now import USES_NOW
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

CHANNEL: Final = "phone"
STEP: Final = 3
"""One lead in three is of a person who objected to calls."""
SHARES: Final = (50, 90, 99, 99.9)
OBJECTION_STEP: Final = 500


def main() -> None:
    """Invent, open, ask, print, for each number of uses."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.may_call", description=__doc__)
    parser.add_argument("--uses", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--judged", type=int, default=250_000, help="leads that are judged anew beside the answers")
    parser.add_argument("--folder", type=Path, help="where the temporary home is made")
    options = parser.parse_args()
    print("\n".join(machine()), flush=True)
    for count in options.uses:
        with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
            opened, seconds = opened_house(Path(name), count, options.judged)
            print(f"\n{count:,} uses, {len(opened.opposed):,} oppositions; indexes made in {seconds:.1f} s", flush=True)
            told(*asked(opened, count, options.questions))
            ending = opened.copied(holds_until=datetime.now(UTC) + AHEAD)
            print(f"while {options.judged:,} leads are judged anew beside the answers:")
            told(*asked(ending, count, None))
        print(f"peak memory {peak_bytes() / 1e9:.2f} GB", flush=True)
        del opened, ending


def told(took: list[tuple[float, float]], said: Counter[str]) -> None:
    """Print how long questions took, and what was said."""
    clock, cpu = (_shares([one[place] for one in took]) for place in (0, 1))
    print(f"{len(took):,} questions: {dict(sorted(said.items()))}; by the clock: {clock}")
    print(f"on a CPU, whatever else the machine does: {cpu}", flush=True)


def opened_house(home: Path, count: int, delivered: int) -> tuple[OpenAnswers, float]:
    """A home with one delivery of so many leads, and invented answers over it.

    With them, how long it took to index them, in seconds.
    """
    write_key(home)
    house, at = House(load_settings({"OPPOSABLE_HOME": str(home)})), datetime.now(UTC)
    write_vendor(home, VENDOR, first_number=0, days=[DAY], leads=delivered)
    with house.lake.writing(VENDOR):
        take_in(house, house.contracts().of(VENDOR), VENDOR, DAY)
    people = persons_of(np.arange(count))
    keys, others = house.hasher.keys(people.phones), house.hasher.keys(people.emails)
    oppositions = _oppositions(keys.take(pa.array(np.arange(0, count, STEP))), as_lake(at))
    began = time.perf_counter()
    persons = persons_judged(house.engine, _uses(keys, as_lake(at)), CHANNEL).combine_chunks()
    links = key_links(pa.table({"own_key": keys, "linked_key": others}))
    with house.engine.session() as session:
        session.register("oppositions", oppositions)
        opposed = opposed_in_all(session, CHANNEL, at)
    opened = OpenAnswers(
        house=house,
        channel=CHANNEL,
        at=at,
        law_changes_at=look(house, at).law_changes_at,
        held={VENDOR: HeldPersons(persons, links)},
        opposed=opposed,
        holds_until=at + LASTS,
        watermark=read_note(house.lake.root / "oppositions").watermark,
    )
    opened.indexed().answers(["0612345678"], at)
    return opened, time.perf_counter() - began


def _shares(seconds: list[float]) -> str:
    return ", ".join(f"p{share:g} {np.percentile(seconds, share) * 1e3:.2f} ms" for share in SHARES)


def asked(opened: OpenAnswers, count: int, questions: int | None) -> tuple[list[tuple[float, float]], Counter[str]]:
    """Seconds that each question took by the clock and on a CPU, as the command answers it, and what was said.

    Its note in the registry is part of it.
    The first answer after each objection is among them: one comes every `OBJECTION_STEP` questions. `questions`: how
    many; None while something is judged anew.
    """
    said = Counter[str]()
    took: list[tuple[float, float]] = []
    log = StreamLog("benchmark", CHANNEL)
    with closing(KeptOpen(lambda: opened.house, CHANNEL, opened)) as kept:
        for place, text in enumerate(_numbers(count)):
            if place % OBJECTION_STEP == 0:
                _object(opened.house, text)
            began = time.perf_counter(), time.process_time()
            now, at, (answer,) = kept.answers([text])
            log.note(now.house, at, [answer])
            log.sync_if_due()
            took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
            said[answer.said] += 1
            if len(took) == questions or (questions is None and not kept.is_judging):
                return took, said
    raise AssertionError("numbers do not end")


def _numbers(count: int) -> Iterator[str]:
    chance = Random(SEED)
    while True:
        yield from persons_of(np.array([chance.randrange(count * 5 // 4) for _ in range(5_000)])).phones.to_pylist()


def _object(house: House, number: str) -> None:
    at = datetime.now(UTC)
    (key,) = house.hasher.keys(pa.array([number])).to_pylist()
    line = OppositionLine(key, "phone", "phone", at, at, "web", (), None, None)
    import_oppositions(house.registry, [line], key_id=house.key_id, normalisation_version=NORMALISATION_VERSION)


def _uses(keys: pa.Array, at: datetime) -> pa.Table:
    """All usable; only what an answer reads is filled."""
    count = len(keys)
    filled = {
        "vendor": pa.repeat(VENDOR, count),
        "delivery_date": pa.repeat(at.date(), count),
        "lead_id": pa.array(np.arange(count)).cast(pa.string()),
        "channel": pa.repeat(CHANNEL, count),
        "verdict": pa.repeat("usable", count),
        "reasons": pa.array(np.zeros(count + 1, np.int32)),
        "delivered_at": pa.repeat(pa.scalar(at, pa.timestamp("us")), count),
        "phone_key": keys,
    }
    filled["reasons"] = pa.ListArray.from_arrays(filled["reasons"], pa.array([], pa.string()))
    rest = {field.name: pa.nulls(count, field.type) for field in USES_NOW if field.name not in filled}
    return pa.table({name: (filled | rest)[name] for name in USES_NOW.names}).cast(USES_NOW)


def _oppositions(keys: pa.Array, at: datetime) -> pa.Table:
    schema, count = arrow_schema("oppositions"), len(keys)
    said = pa.repeat(pa.scalar(at.replace(year=at.year - 1, day=1), pa.timestamp("us")), count)
    filled = {
        "identity_key": keys,
        "kind": pa.repeat("phone", count),
        "channel": pa.repeat("phone", count),
        "opposed_at": said,
        "recorded_at": said,
        "origin": pa.repeat("web", count),
    }
    return pa.table({field.name: filled.get(field.name, pa.nulls(count, field.type)) for field in schema})


if __name__ == "__main__":
    main()
