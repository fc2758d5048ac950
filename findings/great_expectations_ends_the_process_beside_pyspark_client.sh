#!/usr/bin/env bash
# Package:   great_expectations 1.24.1 with pyspark-client 4.2.0 beside it
# Behaviour: Great Expectations imports Spark's client wherever it is installed, used or not. Where the main module has no file,
#            as with `python -c` and in workers of pytest-xdist, the client takes the process for one of its own doctests,
#            imports pyspark.testing, looks for a whole Spark, which the client's package has not, and exits (SystemExit, which
#            no `except ImportError` or `except Exception` catches). From a file the same import succeeds.
# Seen:      `python -c 'import great_expectations'`: "Could not find valid SPARK_HOME", status 255; from a file: 0
# So:        engines/main_module.py names the main module; marts/suites.py and engines/spark_server.py call it before they import.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check \
  "great_expectations==1.24.1" "pyspark-client==4.2.0"
unset SPARK_HOME
cd "$venv"
echo "import great_expectations" > look.py
status() { if "$venv/bin/python" -W ignore "$@" > /dev/null 2> said; then echo 0; else echo $?; fi; }
from_file=$(status look.py)
from_text=$(status -c "import great_expectations")
echo "from a file: $from_file; python -c: $from_text, $(head -c 34 said)"
if [ "$from_file $from_text" = "0 255" ] && grep -q "Could not find valid SPARK_HOME" said; then exit 0; fi
echo "the behaviour has changed" >&2
exit 1
