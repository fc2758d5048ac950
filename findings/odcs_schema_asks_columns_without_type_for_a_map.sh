#!/usr/bin/env bash
# Package:   open-data-contract-standard 3.2.0, its schema.json, by jsonschema 4.26.0; beside it the copy of ODCS 3.2.0 that
#            datacontract-cli 1.2.8 carries
# Behaviour: `logicalType` is optional in ODCS, but the condition "of a map" in the package's schema holds of a column that
#            says none, too, so that it must bring a `map`. The standard's own v3.2.0 has that mended (its issue 322), and
#            datacontract-cli's copy, too: two files of one version, two answers, also to a contract that says v3.1.0.
# Seen:      {name: phone, physicalType: varchar}: 'map' is a required property; no error by the other copy
# So:        contracts/standard.py gives each column without a type one before it asks the schema, at any depth.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check \
  "open-data-contract-standard==3.2.0" "jsonschema==4.26.0"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check --no-deps "datacontract-cli==1.2.8"
cat > "$venv/look.py" <<'PY'
import json
from importlib.metadata import files

from jsonschema import Draft201909Validator

contract = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "leads",
    "version": "1.0.0",
    "status": "active",
    "schema": [{"name": "leads", "properties": [{"name": "phone", "physicalType": "varchar"}]}],
}


def errors(package, name):
    (schema,) = (file for file in files(package) if file.name == name)
    return [error.message for error in Draft201909Validator(json.loads(schema.read_text())).iter_errors(contract)]


found = {
    "open-data-contract-standard": errors("open-data-contract-standard", "schema.json"),
    "datacontract-cli": errors("datacontract-cli", "odcs-3.2.0.schema.json"),
}
print(found)
expected = {"open-data-contract-standard": ["'map' is a required property"], "datacontract-cli": []}
raise SystemExit(0 if found == expected else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py"
