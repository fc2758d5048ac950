#!/usr/bin/env bash
# Package:   PyYAML 6.0.3 (with libyaml), Python 3.11 on Linux
# Behaviour: `yaml.compose` with the C loader recurses once a level, without a bound: 200,000 opening brackets, 200 kB of
#            text, end the process with a segmentation fault. No Python exception is raised, so nothing can catch it.
# Seen:      PyYAML 6.0.3: exit status 139
# So:        contracts/positioned_yaml.py composes from `yaml.parse` events, with a bound on depth.
# Fails when a process survives it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyyaml==6.0.3'
status=0
"$folder/venv/bin/python" - <<'PROGRAM' 2>/dev/null || status=$?
import yaml

yaml.compose("[" * 200_000, Loader=yaml.CSafeLoader)
PROGRAM
echo "PyYAML 6.0.3: exit status $status"
test "$status" -eq 139
