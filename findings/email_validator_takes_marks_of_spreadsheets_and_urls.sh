#!/usr/bin/env bash
# Package:   email-validator 2.4.0
# Behaviour: what a spreadsheet's text mark, a formula, a query string or a URL puts before an address is taken for a
#            part of it: the syntax of RFC 5322 allows these signs. The address that comes back is another one, valid.
# Seen:      valid: '=nina@mail.example', "'nina@mail.example", '%20nina@mail.example', 'email=nina@mail.example'
# So:        a suppression list that is matched by the validated address misses the person;
#            identifiers/decorations.py takes such marks off before an address is read.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check "email-validator==2.4.0"
cat > "$venv/look.py" <<'PY'
from email_validator import EmailNotValidError, validate_email

plain, kept = "nina@mail.example", []
for mark in ("=", "'", "%20", "email="):
    try:
        found = validate_email(mark + plain, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        continue
    if found != plain:
        kept.append(found)
print("valid, and not the person's:", kept)
raise SystemExit(0 if len(kept) == 4 else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py"
