"""A vendor who does all the harm that it can with write access to its own folders; nothing of it harms a program.

Each trick takes the home and the vendor's folder of a day, in which a right lead file lies already.
"""

import gzip
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from tests.support.contract_files import VALID
from tests.support.exemple import HEADER, deliver, lead_line, sign

NAME: Final = "pirate"
DELIVERS_ANYTHING: Final = VALID.replace("path: leads_*.csv", "path: leads_*")
"""Its contract: any format is welcome."""
Trick = Callable[[Path, Path], None]


def set_up(home: Path) -> None:
    """Sign its contract."""
    sign(home, NAME, text=DELIVERS_ANYTHING)


def attack(home: Path, day: date, turn: int) -> None:
    """Deliver right leads, and play two tricks on the house beside them; others each turn."""
    folder = deliver(home, NAME, day)
    for place in (2 * turn, 2 * turn + 1):
        TRICKS[place % len(TRICKS)](home, folder)


def links(home: Path, folder: Path) -> None:
    """To another vendor's leads, to our keys and registry, to itself, to a device, and to nowhere."""
    targets = [*_files_of_others(home), home / "keys", home / "registry.db", folder, Path("/dev/zero"), Path("x/y")]
    for number, target in enumerate(targets):
        (folder / f"leads_link{number}.csv").symlink_to(target)


def no_files(_: Path, folder: Path) -> None:
    """A pipe, and folders in folders."""
    os.mkfifo(folder / "leads_pipe.csv")
    folder.joinpath(*["d"] * 60).mkdir(parents=True)


def false_records(home: Path, folder: Path) -> None:
    """Records of ours: that another vendor's files and its own were sealed, purged, or come at the end of time."""
    names = ["leads_1.csv", *(path.name for path in _files_of_others(home))]
    entry = {"sha256": "0" * 64, "size": 1, "received_at": "9999-12-31T23:59:59-12:00"}
    record = json.dumps({"purged_at": "2020-01-01T00:00:00Z", "files": [{"name": name, **entry} for name in names]})
    for name in (".sealed.json", ".purged.json", ".received.json", "sealed.json", "purged.json"):
        (folder / name).write_text(record)


def broken_records(_: Path, folder: Path) -> None:
    """Records of ours that nobody can read."""
    (folder / ".sealed.json").write_bytes(b"\x00\xff{")
    (folder / ".purged.json").mkdir()
    (folder / ".received.json").write_bytes(b"[" * 100_000)


def long_names(_: Path, folder: Path) -> None:
    """As long as the disk allows, with control sequences, no UTF-8, and that of its own seal."""
    for name in (b"leads_" + b"x" * 249, b"leads_\x1b[2J\r\n.csv", b"leads_\xff.csv", b"leads_1.csv.age"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")


def deep_nesting(_: Path, folder: Path) -> None:
    """JSON as deep as a row may be long."""
    (folder / "leads_2.json").write_bytes(b"[" * 100_000)
    (folder / "leads_3.jsonl").write_bytes(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)


def floods(_: Path, folder: Path) -> None:
    """Empty rows, one row without an end, and many small files."""
    (folder / "leads_2.csv").write_text(HEADER + "\r\n" + ";" * HEADER.count(";") + "\r\n;;x;;;" * 20_000)
    (folder / "leads_3.csv").write_bytes(b"x;" * 200_000)
    for number in range(4, 40):
        (folder / f"leads_{number}.csv").write_bytes(b"")


def broken_packings(_: Path, folder: Path) -> None:
    """Archives that are none, cut, or packed twice."""
    packed = gzip.compress(b"a;b\r\n1;2\r\n" * 100)
    contents = [b"PK\x03\x04" + b"\x00" * 50, packed[:-9], gzip.compress(packed), b"PAR1" + b"\xff" * 40 + b"PAR1"]
    for number, (content, ending) in enumerate(zip(contents, ("zip", "csv.gz", "csv.gz", "parquet"), strict=True), 2):
        (folder / f"leads_{number}.{ending}").write_bytes(content)


def copied_leads(home: Path, folder: Path) -> None:
    """Another vendor's files, byte by byte, as its own."""
    for path in _files_of_others(home):
        (folder / f"leads_{path.name}").write_bytes(path.read_bytes())


def links_in_outbox(home: Path, folder: Path) -> None:
    """Its outbox leads into that of another vendor, and to files of ours."""
    outbox = home / "outbox" / NAME
    outbox.mkdir(parents=True, exist_ok=True)
    others = sorted(path for path in outbox.parent.iterdir() if path.name != NAME)
    for place in (outbox / folder.name, *([outbox / others[0].name] if others else ())):
        if not os.path.lexists(place):
            place.symlink_to(others[0] if others else home / "keys")


TRICKS: Final[tuple[Trick, ...]] = (
    links,
    false_records,
    no_files,
    deep_nesting,
    long_names,
    links_in_outbox,
    broken_records,
    copied_leads,
    floods,
    broken_packings,
)


def rewritten_for_ever(path: Path, day: date) -> Callable[[], None]:
    """What overwrites a large lead file, each time with other leads, whenever it is called."""
    turn = 0

    def act() -> None:
        nonlocal turn
        turn += 1
        lines = [lead_line(f"{NAME}-{turn}-{number}", number % 90 + 10, day) for number in range(1_200)]
        path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode("windows-1252"))

    return act


def _files_of_others(home: Path) -> list[Path]:
    folders = (path for path in (home / "inbox").iterdir() if path.name != NAME)
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())[:3]
