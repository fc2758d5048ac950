"""One delivery by one hand-written DuckDB script: `one_query.sql`, filled in and run."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import Template

import duckdb

_BLOCK_BYTES = 64


def run(home: Path, out: Path, *, secret: bytes, day: date, siren: str) -> None:
    """Write leads, consent proofs and verdicts of the home's delivery to `out`, as Parquet."""
    block = secret.ljust(_BLOCK_BYTES, b"\0")  # HMAC, RFC 2104: a secret that is no longer than a block
    delivered_at = datetime.combine(day, time(6))
    text = Path(__file__).with_name("one_query.sql").read_text(encoding="utf-8")
    script = Template(text).substitute(
        home=home,
        out=out,
        inner_pad=bytes(byte ^ 0x36 for byte in block).hex(),
        outer_pad=bytes(byte ^ 0x5C for byte in block).hex(),
        siren=siren,
        delivered_at=delivered_at,
        known_at=delivered_at + timedelta(days=3),
    )
    with duckdb.connect(":memory:") as connection:
        connection.execute(script)
