#!/usr/bin/env bash
# Package:   phonenumbers 9.0.43
# Behaviour: all of France dials 0596…, but Martinique is +596. Read in region FR, as a lead from France is, an overseas number
#            becomes +33…, which is not its number. Mobiles and most landlines are then invalid, so that a person who exists is
#            refused; landlines of Martinique and Mayotte, 0976… and 0939… are valid both as +33 and behind their own code.
# Seen:      of the package's own examples of five departments, 8 are invalid in region FR, 7 are two valid numbers
# So:        who keys the number finds no opposition to '+596596301234' under '+33596301234'. identifiers/phone_plans.py has
#            the blocks of each territory: none ever becomes +33.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check "phonenumbers==9.0.43"
cat > "$venv/look.py" <<'PY'
import phonenumbers as p

KINDS = (p.PhoneNumberType.FIXED_LINE, p.PhoneNumberType.MOBILE, p.PhoneNumberType.VOIP)
invalid, twice = [], []
for region in ("GP", "MQ", "GF", "RE", "YT"):
    for kind in KINDS:
        own = p.example_number_for_type(region, kind)
        dialled = p.format_number(own, p.PhoneNumberFormat.NATIONAL)
        as_french = p.parse(dialled, "FR")
        assert p.is_valid_number(own) and as_french.country_code == 33
        told = [dialled, *(p.format_number(one, p.PhoneNumberFormat.E164) for one in (own, as_french))]
        (twice if p.is_valid_number(as_french) else invalid).append(told)
print("invalid as read in FR:", *invalid, sep="\n  ")
print("two valid numbers:", *twice, sep="\n  ")
raise SystemExit(0 if (len(invalid), len(twice)) == (8, 7) else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py"
