"""`python -m benchmarks.phones`: how fast phone numbers become E.164, on one core, beside `phonenumbers` one by one.

A million distinct numbers of a mix like that of French vendors: 90 % regular French ones in several spellings, 5 %
overseas, 3 % foreign, 2 % bad. One in a hundred is also put to `phonenumbers`, for its time; tests compare the answers.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

import phonenumbers
import pyarrow as pa

from pipelines.identifiers.phone_kinds import phone_kinds, phone_regions
from pipelines.identifiers.phones import canonical_phones

COUNT: Final = 1_000_000
SHARES: Final = {"french": 0.90, "overseas": 0.05, "foreign": 0.03, "bad": 0.02}
_ONE_IN: Final = 100
_TERRITORIES: Final = {"690": "590", "692": "262", "694": "594", "696": "596", "262": "262", "590": "590", "639": "262"}
_ABROAD: Final = ("+324{:08d}", "+32 4{:08d}", "+491{:09d}", "0044 7{:09d}", "+346{:08d}", "+39 3{:09d}", "+3526{:08d}")
_FRENCH: Final[tuple[Callable[[str], str], ...]] = (
    lambda national: f"0{national}",
    lambda national: " ".join([f"0{national[0]}", *_pairs(national)]),
    lambda national: ".".join([f"0{national[0]}", *_pairs(national)]),
    lambda national: f"+33{national}",
    lambda national: f"+33 (0){national[0]} {' '.join(_pairs(national))}",
    lambda national: f"0033{national}",
    lambda national: f"33{national}",
    lambda national: national,
    lambda national: f"{national}.0",
    lambda national: "\u00a0".join([f"0{national[0]}", *_pairs(national)]),
)
_BAD: Final = ("06 12 {:05d}", "{:06d}", "+33 6 {:010d}", "néant {:06d}", "06{:08d} / 0612345678", "00000{:07d}")


def main() -> None:
    """Generate, measure, print."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    texts = numbers(COUNT, random.Random(4))
    column = pa.array(texts)
    distinct = column.unique()
    numbers_found, took = _timed(lambda: canonical_phones(distinct))
    _say(
        f"{len(distinct):,} distinct numbers to E.164: {took:.2f} s, {len(distinct) - numbers_found.null_count:,} valid"
    )
    for name, function in (("kinds", phone_kinds), ("regions", phone_regions)):
        _, took = _timed(lambda function=function: function(numbers_found))
        _say(f"their {name}: {took:.2f} s")
    sample = texts[::_ONE_IN]
    _, took = _timed(lambda: [_alone(text) for text in sample])
    _say(f"phonenumbers, one by one: {took * COUNT / len(sample):.0f} s for as many (measured on {len(sample):,})")


def numbers(count: int, chance: random.Random) -> list[str]:
    """Delivered phone numbers of the mix, shuffled."""
    makers = {"french": _french, "overseas": _overseas, "foreign": _foreign, "bad": _bad}
    texts = [makers[kind](chance) for kind, share in SHARES.items() for _ in range(round(share * count))]
    chance.shuffle(texts)
    return texts


def _french(chance: random.Random) -> str:
    return chance.choice(_FRENCH)(f"{chance.choice('666777771234599')}{chance.randrange(10**8):08d}")


def _overseas(chance: random.Random) -> str:
    block, code = chance.choice(list(_TERRITORIES.items()))
    national = f"{block}{chance.randrange(10**6):06d}"
    spellings = (*_FRENCH, lambda national: f"+{code}{national}", lambda national: f"+{code} (0){national}")
    return chance.choice(spellings)(national)


def _foreign(chance: random.Random) -> str:
    return chance.choice(_ABROAD).format(chance.randrange(10**8))


def _bad(chance: random.Random) -> str:
    return chance.choice(_BAD).format(chance.randrange(10**6))


def _pairs(national: str) -> Iterator[str]:
    return (national[place : place + 2] for place in range(1, 9, 2))


def _alone(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "FR"))
    except phonenumbers.NumberParseException:
        return False


def _timed(work: Callable[[], pa.Array]) -> tuple[pa.Array, float]:
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    main()
