#!/usr/bin/env bash
# Package:   dagster 1.13.27
# Behaviour: a backfill of a job over two-dimensional partitions, with a single-run policy, gives every run the tags
#            `dagster/partition/<dimension>` of the backfill's first partition, beside the tags of the run's own range;
#            `context.partition_keys` then believes in that one partition. Every run does the same one, and succeeds.
# Seen:      two runs of two ranges that both ask for the first partition alone
# So:        orchestration/run_partitions.py decides from all tags which partitions a run names.
set -euo pipefail
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --quiet --quiet --disable-pip-version-check "dagster==1.13.27"
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


defs = dg.Definitions(assets=[deliveries], jobs=[dg.define_asset_job("job", ["deliveries"])], executor=dg.in_process_executor)
PY
cat > "$venv/drive.py" <<'PY'
import logging
import sys
import time

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG as END
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_START_TAG as START
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration

print("dagster", dg.__version__)
instance = dg.DagsterInstance.get()
origin = InProcessCodeLocationOrigin(LoadableTargetOrigin(python_file="location.py", attribute="defs"), location_name="here")
with WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget(origin)) as workspace:
    (repository,) = workspace.create_request_context().get_code_location("here").get_repositories().values()
    (partition_set,) = [one for one in repository.get_partition_sets() if one.job_name == "job"]
    backfill = PartitionBackfill(
        backfill_id="one",
        partition_set_origin=partition_set.get_remote_origin(),
        status=BulkActionStatus.REQUESTED,
        partition_names=["d1|v1", "d2|v1", "d1|v2", "d2|v2"],
        from_failure=False,
        reexecution_steps=[],
        tags={},
        backfill_timestamp=time.time(),
    )
    instance.add_backfill(backfill)
    errors = [error for error in execute_backfill_iteration(workspace, logging.getLogger()) if error]
    assert not errors, errors
asked = {}
for run in instance.get_runs():
    said = [entry.user_message for entry in instance.all_logs(run.run_id) if entry.user_message.startswith("ASKED")]
    left = {tag: value for tag, value in run.tags.items() if tag.startswith("dagster/partition/")}
    print(run.status.value, "range", run.tags[START], "to", run.tags[END], "beside", left, "->", *said)
    asked[run.tags[START]] = tuple(said)
if len(asked) == 2 and len(set(asked.values())) == 1:
    sys.exit(0)
print("changed: the runs no longer believe in one and the same partition")
sys.exit(1)
PY
export DAGSTER_HOME="$venv/home" DAGSTER_DISABLE_TELEMETRY=1
mkdir "$DAGSTER_HOME"
cat > "$DAGSTER_HOME/dagster.yaml" <<'YAML'
run_launcher: {module: dagster._core.launcher.sync_in_memory_run_launcher, class: SyncInMemoryRunLauncher}
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
YAML
cd "$venv"
"$venv/bin/python" -W ignore drive.py 2> log || { tail -20 log; exit 1; }
