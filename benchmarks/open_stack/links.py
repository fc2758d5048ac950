"""Splink on DuckDB: leads linked with the proofs that they name, and e-mail and phone of both compared."""

import logging
import sys
from pathlib import Path
from typing import Final

import duckdb
import splink.comparison_library as comparisons
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from benchmarks.open_stack.questions import answered, print_answers

_READ: Final = """
    select
        {reference} as unique_id,
        consent_id,
        nullif(regexp_extract(lower(trim(email)), '^[^@ ]+@[^@ ]+[.][a-z]+$'), '') as email,
        nullif(right(regexp_replace(phone, '[^0-9]', '', 'g'), 9), '') as phone
    from read_csv('{path}', all_varchar = true)
"""
_NO_MATCH: Final = "select count(*) from {pairs} where gamma_email <= 0 and gamma_phone <= 0"
_WITHOUT: Final = "select count(*) from leads anti join {pairs} as pairs on leads.unique_id = pairs.unique_id_l"


def main() -> None:
    """Link the files of a delivery: `FOLDER`."""
    logging.disable(logging.WARNING)
    folder = Path(sys.argv[1])
    print_answers(answered(lambda: _linked(folder), ("splink", "duckdb")))


def _linked(folder: Path) -> dict[str, int]:
    connection = duckdb.connect()
    for name, reference in (("leads", "lead_id"), ("proofs", "consent_id")):
        read = _READ.format(reference=reference, path=folder / f"{name}.csv")
        connection.execute(f"create table {name} as {read}")
    database = DuckDBAPI(connection)
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[comparisons.ExactMatch("email"), comparisons.ExactMatch("phone")],
        blocking_rules_to_generate_predictions=[block_on("consent_id")],
        retain_intermediate_calculation_columns=True,
    )
    tables = [database.register(name, dataset_display_name=name) for name in ("leads", "proofs")]
    pairs = Linker(tables, settings).inference.predict().physical_name
    counted = {"proof": _WITHOUT, "person": _NO_MATCH}
    return {name: connection.execute(query.format(pairs=pairs)).fetchall()[0][0] for name, query in counted.items()}


if __name__ == "__main__":
    main()
