"""datacontract-cli: the contract tested on both files, as `datacontract test` does.

The contract is the delivery's own, with what the tool can do besides: files instead of folders, patterns, `unique`, and
a query for each question that one file can answer.
"""

import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from datacontract.data_contract import DataContract
from datacontract.model.run import Check

from benchmarks.open_stack.questions import EMAIL, PHONE, answered, print_answers

_FILES: Final = {"leads": "leads.csv", "consent_proofs": "proofs.csv"}
_PATTERNS: Final = {"email": EMAIL, "phone": PHONE}
_QUERIES: Final = {
    "duplicate": (
        "leads",
        "select count(*) - count(distinct lower(trim(email))) from leads where lower(trim(email)) like '%@%.%'",
    ),
    "named": ("consent_proofs", "select count(*) from consent_proofs where recipient_sirens not like '%{siren}%'"),
    "in_time": (
        "consent_proofs",
        "select count(*) from consent_proofs where cast(consent_at as timestamp) < timestamp '{day}' - interval 1 year"
        " or length(cast(withdrawn_at as varchar)) > 0",
    ),
}
"""By question: the file and what is counted in it."""


def main() -> None:
    """Test the contract on a delivery: `CONTRACT FOLDER SIREN`."""
    logging.disable(logging.ERROR)
    contract, folder, siren = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as name:
        adapted = Path(name) / "contract.odcs.yaml"
        document = _adapted(Path(contract), Path(folder), siren)
        adapted.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "utf-8")
        print_answers(answered(lambda: _tested(adapted), ("datacontract-cli", "duckdb")))


def _adapted(contract: Path, folder: Path, siren: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(contract.read_text("utf-8"))
    for server in document["servers"]:
        server.update(type="local", path=str(folder / _FILES[server["server"]]))
    for schema in document["schema"]:
        schema["quality"] = list(_quality(schema["name"], folder.name, siren))
    for column in document["schema"][0]["properties"]:
        if column["name"] == "lead_id":
            column["unique"] = True
        if column["name"] in _PATTERNS:
            column["logicalTypeOptions"] = {"pattern": _PATTERNS[column["name"]]}
    return document


def _quality(role: str, day: str, siren: str) -> Iterator[dict[str, Any]]:
    for question, (of_role, query) in _QUERIES.items():
        if of_role == role:
            yield {"id": question, "type": "sql", "query": query.format(day=day, siren=siren), "mustBe": 0}


def _tested(contract: Path) -> dict[str, int]:
    """Raises RuntimeError where a check could not be run: an answer that was not given is none."""
    found = dict.fromkeys(("columns", "values", *_QUERIES), 0)
    for role in _FILES:
        for check in DataContract(data_contract_file=str(contract), server=role, schema_name=role).test().checks or ():
            if check.result not in ("passed", "failed"):
                raise RuntimeError(f"{role}: {check.name}: {check.result}: {check.reason}")
            found[_question_of(check)] += _fault_count(check)
    return found


def _question_of(check: Check) -> str:
    return check.qualityId or ("values" if check.type == "field_regex" else "columns")


def _fault_count(check: Check) -> int:
    return int((check.diagnostics or {}).get("value") or check.result == "failed")


if __name__ == "__main__":
    main()
