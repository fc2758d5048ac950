#!/usr/bin/env bash
# Package:   pandera 0.35.0, with pandas 3.1.1 and pyarrow 26.0.1
# Behaviour: of each column of Arrow instants or lists that is validated Pandera asks whether it is one of geopandas, by
#            importing that; of other Arrow types once a frame. Where it is not installed, Python remembers no failed
#            import: it looks through every folder of its path again, for each column of each validation.
# Seen:      a schema of 30 columns of instants that validates a frame of one row ten times: 310 searches for geopandas
# So:        small validations wait for that search; vocabulary/table_models.py tells Python once that it is not there.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check "pandera[pandas]==0.35.0" "pandas==3.1.1" "pyarrow==26.0.1"
cat > "$venv/look.py" <<'PY'
import sys

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

instants, searched = pd.ArrowDtype(pa.timestamp("us")), []


class Searches:
    """Notes what Python looks for, and finds nothing."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        searched.append(name)


names = [f"column_{number}" for number in range(30)]
schema = pandera.DataFrameSchema({name: pandera.Column(instants, nullable=True) for name in names})
frame = pd.DataFrame({name: pd.Series([None], dtype=instants) for name in names})
schema.validate(frame)
sys.meta_path.insert(0, Searches)
for _ in range(10):
    schema.validate(frame)
count = searched.count("geopandas")
print("searches for geopandas in ten validations of 30 columns of instants:", count)
raise SystemExit(0 if count == 310 else "the behaviour has changed")
PY
"$venv/bin/python" "$venv/look.py"
