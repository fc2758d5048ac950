#!/usr/bin/env bash
# Package:   phonenumbers 9.0.43, fr-phonenumbers 0.1.1 (Arcep's list of allocated blocks, published 11 October 2026)
# Behaviour: `is_valid_number` knows the ranges of the French plan, not which blocks of them an operator holds: large
#            parts of 01 to 05 that nobody can have are valid.
# Seen:      of 20,000 evenly spread numbers of 01 to 05 it calls 19,480 valid; 10,149 of those (52 %) lie in no
#            allocated block
# So:        a made-up landline number passes as a person's; identifiers/allocations.py asks the list, and tells.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check \
  "phonenumbers==9.0.43" "fr-phonenumbers==0.1.1"
cat > "$venv/look.py" <<'PY'
import csv
from bisect import bisect_right
from importlib.resources import files

import phonenumbers

with (files("fr_phonenumbers") / "data" / "num_ranges.csv").open(encoding="utf-8") as lines:
    rows = [row for row in csv.DictReader(lines) if len(row["num_debut"]) == 9]
blocks = sorted((int(row["num_debut"]), int(row["num_fin"])) for row in rows)
firsts = [first for first, _ in blocks]


def is_allocated(number):
    place = bisect_right(firsts, number) - 1
    return place >= 0 and number <= blocks[place][1]


numbers = range(100_000_000, 600_000_000, 25_000)
valid = [n for n in numbers if phonenumbers.is_valid_number(phonenumbers.parse(f"+33{n}", None))]
nobodys = sum(not is_allocated(n) for n in valid)
print(f"{len(valid)} of {len(numbers)} are valid, {nobodys} of those ({nobodys / len(valid):.0%}) belong to no operator")
raise SystemExit(0 if nobodys / len(valid) > 0.3 else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py"
