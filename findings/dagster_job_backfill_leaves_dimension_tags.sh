#!/usr/bin/env bash
# Dagster 1.13.27: a backfill of a job over two-dimensional partitions, with a single-run policy, gives every run the tags
# `dagster/partition/<dimension>` of the backfill's first partition, beside the tags of the run's own range; and
# `context.partition_keys` then believes in that one partition. Every run does the same partition; all succeed.
# Fails when that is no longer so.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "dagster==1.13.27"
cat > "$venv/location.py" <<'PY'
import dagster as dg

days = dg.StaticPartitionsDefinition(["d1", "d2"])
vendors = dg.StaticPartitionsDefinition(["v1", "v2"])


@dg.asset(
    partitions_def=dg.MultiPartitionsDefinition({"day": days, "vendor": vendors}),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def deliveries(context):
    context.log.info(f"ASKED {list(context.partition_keys)}")


defs = dg.Definitions(assets=[deliveries], jobs=[dg.define_asset_job("job", ["deliveries"])])
PY
cat > "$venv/drive.py" <<'PY'
import sys

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG as END, ASSET_PARTITION_RANGE_START_TAG as START

print("dagster", dg.__version__)
instance = dg.DagsterInstance.get()
asked = {}
for run in instance.get_runs():
    said = [entry.user_message for entry in instance.all_logs(run.run_id) if entry.user_message.startswith("ASKED")]
    left = {tag: value for tag, value in run.tags.items() if tag.startswith("dagster/partition/")}
    print(run.status.value, "range", run.tags[START], "to", run.tags[END], "beside", left, "->", *said)
    asked[run.tags[START]] = said
seen = {words for said in asked.values() for words in said}
if len(asked) == 2 and len(seen) == 1:
    sys.exit(0)
print("changed: the runs no longer believe in one and the same partition")
sys.exit(1)
PY
export DAGSTER_HOME="$venv/home" DAGSTER_DISABLE_TELEMETRY=1
mkdir "$DAGSTER_HOME"
printf 'run_launcher:\n  module: dagster._core.launcher.sync_in_memory_run_launcher\n  class: SyncInMemoryRunLauncher\n' \
  > "$DAGSTER_HOME/dagster.yaml"
cd "$venv"
"$venv/bin/dagster" job backfill -f location.py -j job --partitions "d1|v1,d2|v1,d1|v2,d2|v2" --noprompt > log 2>&1 || { tail -20 log; exit 1; }
"$venv/bin/python" drive.py
