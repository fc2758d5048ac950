"""Opposition files for tests, and what they should become, by other means than ours."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.columns import Lines
from pipelines.oppositions.lines import OppositionLine, RefusedLine, read_header, read_lines

SECRET = b"a secret of thirty-two bytes ..."
HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin,shared_with,shared_at,revoked_at"


def key_of(canonical: str) -> str:
    """An identity key, by the standard library."""
    return hmac.new(SECRET, hashlib.sha256(canonical.encode()).hexdigest().encode(), "sha256").hexdigest()[:32]


def read(*lines: str, header: str = HEADER) -> list[OppositionLine | RefusedLine]:
    return list(read_lines(lines, read_header(header), IdentityHasher(SECRET)))


def one_by_one(lines: Lines) -> list[OppositionLine | RefusedLine]:
    """What was read, tables of good lines as lines."""
    found: list[OppositionLine | RefusedLine] = []
    for line in lines:
        found += [_line_of_row(row) for row in line.to_pylist()] if isinstance(line, pa.Table) else [line]
    return found


def _line_of_row(row: dict[str, Any]) -> OppositionLine:
    vendors = tuple(filter(None, row["shared_with"].split("|")))
    instants = {name: at and at.replace(tzinfo=UTC) for name, at in row.items() if name.endswith("_at")}
    return OppositionLine(**row | instants | {"shared_with": vendors})


def read_good(*lines: str, header: str = HEADER) -> list[OppositionLine]:
    parsed = read(*lines, header=header)
    assert all(isinstance(line, OppositionLine) for line in parsed), parsed
    return [line for line in parsed if isinstance(line, OppositionLine)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def line_of(
    opposed: str = "2026-08-01", recorded: str = "2026-08-02", shared: str = ",", revoked: str = "", who: str = "ada"
) -> str:
    return f"{who}@example.fr,email,all,{opposed},{recorded},web,{shared},{revoked}"
