#!/usr/bin/env bash
# Package:   datacontract-cli 1.2.8 with DuckDB 1.5.6, on a contract of ODCS v3.1.0 and a CSV
# Behaviour: `logicalTypeOptions.format` of a date is not asked (datacontract-cli issue 1514): DuckDB guesses the order of day
#            and month anew for each file. A file that one row betrays as month/day passes the test of a contract that says
#            day/month, and its other rows are another day; where no row betrays it, day/month is taken, whatever is said.
# Seen:      contract dd/MM/yyyy: '03/09/2026' beside '09/13/2026' passes, and is 9 March
#            contract MM/dd/yyyy: '03/09/2026' alone passes, and is 3 September
# So:        an age of consent is out by months and nothing says so. dates/instants.py reads by the contract's format alone;
#            intake/date_orders.py tells of columns that read both ways.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check \
  "datacontract-cli[duckdb]==1.2.8" "duckdb==1.5.6"
cat > "$venv/look.py" <<'PY'
import logging
from pathlib import Path

from datacontract.data_contract import DataContract

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: leads
version: 1.0.0
status: active
servers: [{{server: file, type: local, format: csv, path: leads.csv}}]
schema:
  - name: leads
    properties:
      - name: consent_on
        logicalType: date
        required: true
        logicalTypeOptions: {{format: {format}}}
    quality:
      - {{type: sql, query: "select month(min(consent_on)) from leads", mustBe: {month}}}
"""
logging.disable(logging.ERROR)


def passes(stated, days, month):
    """The contract's own test, with a query that holds if the earliest day is of this month."""
    Path("leads.csv").write_text("\n".join(["consent_on", *days, ""]))
    Path("contract.yaml").write_text(CONTRACT.format(format=stated, month=month))
    run = DataContract(data_contract_file="contract.yaml", server="file").test()
    return str(run.result.value) == "passed"


seen = {
    (stated, days): [month for month in range(1, 13) if passes(stated, days, month)]
    for stated, days in (("dd/MM/yyyy", ("03/09/2026", "09/13/2026")), ("MM/dd/yyyy", ("03/09/2026",)))
}
for (stated, days), months in seen.items():
    print(f"contract {stated}, file {days}: passes where {days[0]} is of month {months}")
raise SystemExit(0 if list(seen.values()) == [[3], [9]] else "the behaviour has changed")
PY
cd "$venv"
"$venv/bin/python" -W ignore look.py
