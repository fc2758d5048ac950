"""No personal value is left in clear anywhere but where it was delivered; and nowhere once that is sealed.

Except in the names that a vendor gave its files: they are as long in the inbox as the files are.

A market whose every personal value is marked goes through everything: good and bad rows, refused files, failing runs,
every log at DEBUG, dbt, Great Expectations, scores, dossiers, receipts, the registry, the commands. Then every byte
that was left or said is searched, also inside what is compressed or encoded.
"""

import base64
import gzip
import io
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.support.canary_market import DIGITS, IP, MARK, address, number, write_market
from tests.support.paths import ROOT

DELIVERED: Final = ("inbox", "delivered_oppositions")
_GAP: Final = rb"[\s.\-_/()\x00]{0,3}"
_NUMBER: Final = re.compile(_GAP.join(bytes([digit]) for digit in DIGITS.encode()))
_HEX_RUN: Final = 24


def _needles() -> tuple[bytes, ...]:
    texts = [IP, *(change(MARK) for change in (str.lower, str.upper, str.capitalize))]
    plain = [text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")]
    return (
        *plain,
        *(text.encode().hex().encode() for text in texts),
        *filter(None, map(_in_base64, texts * 3, "012" * 4)),
    )


def _in_base64(text: str, offset: str) -> bytes:
    """What base64 makes of a text at an offset from a multiple of three, whatever stands before and behind."""
    before = int(offset)
    coded = base64.b64encode(b"\0" * before + text.encode())
    inner = coded[-(-before * 4 // 3) : (before + len(text)) * 4 // 3]
    return inner if len(inner) >= 5 else b""


NEEDLES: Final = _needles()


def is_told_in(content: bytes) -> bool:
    """Whether a marker stands in some bytes."""
    return any(needle in content for needle in NEEDLES) or any(map(_is_no_digest, _NUMBER.finditer(content)))


def _is_no_digest(match: re.Match[bytes]) -> bool:
    """Ten digits may stand in a long hexadecimal number by chance."""
    around = match.string[max(match.start() - _HEX_RUN, 0) : match.end() + _HEX_RUN]
    return re.search(rb"[0-9a-f]{%d}" % _HEX_RUN, around) is None


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what they hold compressed."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".parquet" or content[:4] == b"PAR1":
        yield repr(pq.ParquetFile(path).read().to_pylist()).encode()
        yield repr(pq.read_metadata(path).metadata).encode()
    elif content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for name in connection.execute("select table_schema, table_name from information_schema.tables").fetchall():
                yield repr(connection.execute('select * from "{}"."{}"'.format(*name)).fetchall()).encode()
    elif content[:5] == b"%PDF-":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            yield zlib.decompressobj().decompress(stream) if stream[:1] == b"x" else stream


@dataclass
class Canary:
    """A home, a folder for temporary files, and everything that programs said."""

    home: Path
    temporary: Path
    said: dict[str, bytes] = field(default_factory=dict)

    def run(self, what: str) -> str:
        """Run `tests.support.canary_runs` on the home; what it says is kept, and its end returned if it failed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPPOSABLE_", "DAGSTER_"))}
        kept |= {"OPPOSABLE_HOME": str(self.home), "TMPDIR": str(self.temporary), "COLUMNS": "300"}
        command = [sys.executable, "-m", "tests.support.canary_runs", what]
        done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, check=False)
        self.said[what] = done.stdout + done.stderr
        return "" if done.returncode == 0 else done.stderr.decode()[-4000:]

    def leaks(self, *but: str) -> list[str]:
        """Files and sayings that hold a marker, by name; `but`: folders of the home that may."""
        files = [path for root in (self.home, self.temporary) for path in root.rglob("*") if path.is_file()]
        kept = [path for path in files if path.relative_to(self.home.parent).parts[1] not in but]
        names = [path for path in kept if is_told_in(str(path).encode()) or any(map(is_told_in, contents(path)))]
        return [*map(str, names), *(name for name, said in self.said.items() if is_told_in(said))]


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Canary:
    """The market, through everything."""
    root = tmp_path_factory.mktemp("canary")
    canary = Canary(root / "home", root / "temporary")
    canary.temporary.mkdir()
    write_market(canary.home)
    assert canary.run("deliveries") == ""
    return canary


def test_the_search_finds_markers_in_every_guise() -> None:
    told = (address("x"), address("x").upper(), number(11), number(11, " "), number(11, "."), f"+33 {DIGITS}11")
    for text in told:
        for guise in guises():
            assert is_told_in(b"before " + guise(text.encode()) + b" behind"), (text, guise)
    assert not is_told_in(b"nothing " + bytes(range(256)) + b"0123456789abcdef" + DIGITS.encode() + b"abcdef0123456789")


def guises() -> list[Callable[[bytes], bytes]]:
    return [bytes, lambda text: text.decode().encode("utf-16-le")]


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_the_search_finds_the_mark_in_base64_and_hex(before: str) -> None:
    text = f"{before}{address('x')}".encode()
    assert is_told_in(base64.b64encode(text))
    assert is_told_in(text.hex().encode())


def test_the_market_is_what_it_should_be(canary: Canary) -> None:
    """The runs met what they were to meet: else nothing could have leaked."""
    files = [path for path in (canary.home / "inbox").rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert sum(any(map(is_told_in, contents(path))) for path in files) >= len(files) - 2
    lake = canary.home / "lake"
    statuses = [
        row["status"]
        for path in (lake / "deliveries").rglob("*.parquet")
        for row in pq.ParquetFile(path).read().to_pylist()
    ]
    assert {"accepted", "accepted_with_rejects", "refused"} <= set(statuses)
    leads = [row for path in (lake / "leads").rglob("*.parquet") for row in pq.ParquetFile(path).read().to_pylist()]
    assert len(leads) >= 30
    assert all(row["probe_keys"] and row["other_phone_keys"] for row in leads)
    assert any("[email]" in (row["answers"] or "") and "[name]" in row["answers"] for row in leads)
    places = ("registry.db", "marts.duckdb", "dagster", "dbt", "data_docs", "dossiers", "outbox", "vault", "keys")
    assert [name for name in places if not (canary.home / name).exists()] == []


@pytest.mark.fault(
    area="personal",
    fault="Personal values in good and bad rows, names of files and columns, failing runs, debug logs",
    promise="A marked value is found nowhere but in what was delivered, in no byte that is left.",
)
def test_no_marker_is_left_but_in_what_was_delivered(canary: Canary) -> None:
    assert canary.leaks(*DELIVERED) == []


@pytest.mark.fault(
    area="personal", fault="The same once deliveries are sealed", promise="A marked value is found nowhere in clear."
)
def test_no_marker_is_left_at_all_once_what_was_taken_in_is_sealed(canary: Canary) -> None:
    assert canary.run("sealing") == ""
    assert canary.leaks(*DELIVERED) == []
    files = [path for path in (canary.home / "inbox").rglob("*") if path.is_file() and path.name != ".received.json"]
    assert len(files) > 20
    assert [path.name for path in files if any(map(is_told_in, contents(path)))] == []
