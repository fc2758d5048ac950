"""Pandera on Polars: both files read as text and checked row by row, and persons who were sold twice."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandera.polars as pa
import polars as pl

from benchmarks.open_stack.questions import EMAIL, PHONE, answered, print_answers

_REQUIRED: Final = {
    "leads": ("lead_id", "collected_at"),
    "proofs": ("consent_id", "channels", "decision", "consent_at"),
}
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"


def main() -> None:
    """Check a delivery: `FOLDER SIREN`."""
    folder, siren = Path(sys.argv[1]), sys.argv[2]
    print_answers(answered(lambda: _checked(folder, siren), ("pandera", "polars")))


def _checked(folder: Path, siren: str) -> dict[str, int]:
    frames = {name: pl.read_csv(folder / f"{name}.csv", infer_schema=False) for name in _REQUIRED}
    year_ago = pl.lit(folder.name).str.to_datetime("%Y-%m-%d").dt.offset_by("-1y")
    rules = {
        "leads": {
            "email": ("values", pl.col("email").str.contains(EMAIL)),
            "phone": ("values", pl.col("phone").str.contains(PHONE)),
        },
        "proofs": {
            "recipient_sirens": ("named", pl.col("recipient_sirens").str.contains(siren, literal=True)),
            "consent_at": ("in_time", pl.col("consent_at").str.to_datetime(_INSTANT) >= year_ago),
            "withdrawn_at": ("in_time", pl.col("withdrawn_at").fill_null("").str.len_chars() == 0),
        },
    }
    failures = pl.concat(_failures(name, frame, rules[name]) for name, frame in frames.items())
    counts = dict(failures.group_by("check").len().iter_rows())
    found = {question: counts.pop(question, 0) for question in ("values", "named", "in_time")}
    rows = failures.select("file", "index").unique().height
    return {"columns": sum(counts.values()), "rows": rows, "duplicate": _sold_twice(frames["leads"])} | found


def _failures(name: str, frame: pl.DataFrame, rules: Mapping[str, tuple[str, pl.Expr]]) -> pl.DataFrame:
    columns = {
        column: pa.Column(
            str,
            [pa.Check(_by(rules[column][1]), name=rules[column][0])] if column in rules else [],
            nullable=column not in _REQUIRED[name],
        )
        for column in frame.columns
    }
    kept = ("check", "index")
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as failed:
        return failed.failure_cases.select(*kept, file=pl.lit(name))
    return pl.DataFrame(schema={"check": pl.String, "index": pl.Int32, "file": pl.String})


def _by(rule: pl.Expr) -> Callable[[Any], pl.LazyFrame]:
    return lambda data: data.lazyframe.select(rule.fill_null(value=True))


def _sold_twice(leads: pl.DataFrame) -> int:
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    persons = leads.select(email.filter(email.str.contains(EMAIL)))
    return persons.height - persons.n_unique()


if __name__ == "__main__":
    main()
