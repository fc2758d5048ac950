"""`python -m benchmarks.may_call`: how long one question takes while `may-call --stream` is open, logging included.

The leads are invented, and a third of their persons objected: what is measured is the answer, not the judging, which
`python -m benchmarks` measures. Questions come one at a time, of leads, of persons who objected, and of strangers.
"""

import argparse
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.__main__ import machine
from benchmarks.data import SEED, persons_of, write_key
from benchmarks.measure import peak_bytes
from pipelines.house import House
from pipelines.settings import load_settings
from pipelines.usable.answers import opposed_in_all
from pipelines.usable.answers import persons_of as persons_judged
from pipelines.usable.open_answers import LASTS, OpenAnswers
from pipelines.usable.records import AnswerNote, note_answers
from pipelines.usable.today import look
from pipelines.verdicts.uses_now import USES_NOW
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.tables import arrow_schema

CHANNEL: Final = "phone"
STEP: Final = 3
"""One lead in three is of a person who objected to calls."""


def main() -> None:
    """Invent, open, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.may_call", description=__doc__)
    parser.add_argument("--uses", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--folder", type=Path, help="where the temporary home is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        print("\n".join(machine()), flush=True)
        opened, seconds = opened_house(Path(name), options.uses)
        cpu = time.process_time()
        took, said = asked(opened, options.uses, options.questions)
        cpu = time.process_time() - cpu
    p50, p99 = (np.percentile(took, share) * 1e3 for share in (50, 99))
    print(f"\n{options.uses:,} uses, {len(opened.opposed):,} oppositions; indexes made in {seconds:.1f} s")
    print(f"p50 {p50:.2f} ms, p99 {p99:.2f} ms of {len(took):,} questions: {dict(sorted(said.items()))}")
    print(f"CPU {cpu / len(took) * 1e3:.2f} ms a question")
    print(f"peak memory {peak_bytes() / 1e9:.2f} GB")


def opened_house(home: Path, count: int) -> tuple[OpenAnswers, float]:
    """A home without a delivery, and invented answers over it; how long it took to index them, in seconds."""
    write_key(home)
    house, at = House(load_settings({"OPPOSABLE_HOME": str(home)})), datetime.now(UTC)
    keys = house.hasher.keys(persons_of(np.arange(count)).phones)
    oppositions = _oppositions(keys.take(pa.array(np.arange(0, count, STEP))), as_lake(at))
    began = time.perf_counter()
    persons = persons_judged(house.engine, _uses(keys, as_lake(at)), CHANNEL)
    with house.engine.session() as session:
        session.register("oppositions", oppositions)
        opposed = opposed_in_all(session, CHANNEL, at)
    opened = OpenAnswers(look(house, at), CHANNEL, persons, opposed, at + LASTS, 0, "")
    opened.answers(["0612345678"], at)
    return opened, time.perf_counter() - began


def asked(opened: OpenAnswers, count: int, questions: int) -> tuple[list[float], Counter[str]]:
    """Seconds that each question took, its note in the registry included; and what was said."""
    chance, took, said = Random(SEED), [], Counter[str]()
    numbers = [chance.randrange(count * 5 // 4) for _ in range(questions)]
    texts = persons_of(np.array(numbers)).phones.to_pylist()
    house = opened.today.house
    for text in texts:
        began = time.perf_counter()
        at = datetime.now(UTC)
        opened.is_of_now(at)
        (answer,) = opened.answers([text], at)
        note_answers(
            house.registry,
            [AnswerNote(at, "benchmark", CHANNEL, answer.identity_key or "", house.key_id, answer.said)],
        )
        took.append(time.perf_counter() - began)
        said[answer.said] += 1
    return took, said


def _uses(keys: pa.Array, at: datetime) -> pa.Table:
    """All usable; only what an answer reads is filled."""
    count = len(keys)
    filled = {
        "vendor": pa.repeat("acme", count),
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
