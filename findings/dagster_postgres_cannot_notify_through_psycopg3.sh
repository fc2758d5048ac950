#!/usr/bin/env bash
# Package:   dagster-postgres 0.29.27 with SQLAlchemy 2.1, psycopg 3.3 and a PostgreSQL server (15; its binaries are needed)
# Behaviour: a URL `postgresql://…`, as its own configuration and the chart write it, is taken to psycopg 3, the dialect's
#            driver since SQLAlchemy 2.1, which binds parameters on the server; NOTIFY takes none. The tables are made, and
#            the first event that a run stores fails. `postgresql+psycopg2://…` stores it.
# Seen:      syntax error at or near "$1", LINE 1: NOTIFY run_events, $1
# So:        deploy/ names the driver; tests/whole/test_fleet.py runs a job with it.
set -euo pipefail
folder=$(mktemp -d)
owner=$([ "$(id -u)" = 0 ] && echo nobody || id -un)
run() { if [ "$(id -un)" = "$owner" ]; then "$@"; else su -s /bin/sh "$owner" -c "$(printf '%q ' "$@")"; fi; }
binaries=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
mkdir "$folder/cluster"
chown "$owner" "$folder" "$folder/cluster"
trap 'run "$binaries/pg_ctl" -D "$folder/cluster" -m immediate stop >/dev/null || true; rm -rf "$folder"' EXIT
run "$binaries/initdb" -D "$folder/cluster" -U house -A trust --no-sync >/dev/null
run "$binaries/pg_ctl" -D "$folder/cluster" -w -o "-c listen_addresses='' -c unix_socket_directories=$folder" -l "$folder/cluster/log" start >/dev/null
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dagster==1.13.27 dagster-postgres==0.29.27 "sqlalchemy==2.1.*" "psycopg[binary]==3.3.*"
FOLDER=$folder "$folder/venv/bin/python" - <<'PY'
import os

import dagster as dg
import sqlalchemy

print("dagster-postgres 0.29.27, SQLAlchemy", sqlalchemy.__version__)
os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


@dg.op
def nothing(): ...


@dg.job
def work():
    nothing()


def ran(scheme):
    home = os.path.join(os.environ["FOLDER"], scheme)
    os.makedirs(home)
    url = f"{scheme}://house@/postgres?host={os.environ['FOLDER']}"
    with open(os.path.join(home, "dagster.yaml"), "w") as file:
        file.write(f"telemetry: {{enabled: false}}\nstorage:\n  postgres:\n    postgres_url: {url}\n")
    with dg.DagsterInstance.from_config(home) as instance:
        try:
            return work.execute_in_process(instance=instance).success
        except sqlalchemy.exc.ProgrammingError as refused:
            return str(refused.orig).splitlines()[0]


assert sqlalchemy.create_engine("postgresql://").driver == "psycopg"
found = {scheme: ran(scheme) for scheme in ("postgresql", "postgresql+psycopg2")}
print(found)
assert found == {"postgresql": 'syntax error at or near "$1"', "postgresql+psycopg2": True}
PY
