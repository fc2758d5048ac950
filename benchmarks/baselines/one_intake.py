"""An intake by one hand-written DuckDB query: `one_intake.sql`, filled in and run."""

from datetime import date, datetime, time
from pathlib import Path
from string import Template

import duckdb

_BLOCK_BYTES = 64


def run(home: Path, out: Path, *, secret: bytes, day: date) -> None:
    """Write the leads of the home's delivery to `out`, as Parquet."""
    block = secret.ljust(_BLOCK_BYTES, b"\0")  # HMAC, RFC 2104: a secret that is no longer than a block
    text = Path(__file__).with_name("one_intake.sql").read_text(encoding="utf-8")
    script = Template(text).substitute(
        files=home / "inbox" / "acme" / day.isoformat() / "*.csv",
        out=out / "leads.parquet",
        inner_pad=bytes(byte ^ 0x36 for byte in block).hex(),
        outer_pad=bytes(byte ^ 0x5C for byte in block).hex(),
        file_digest="0" * 64,
        delivered_at=datetime.combine(day, time(6)),
    )
    with duckdb.connect(":memory:") as connection:
        connection.execute(script)
