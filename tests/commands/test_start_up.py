"""What a command loads before it works: the list no library, and no orchestrator unless the command runs it."""

import subprocess
import sys

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from pipelines.cli import COMMANDS, app, loaded

LOADED_LATE = {"pandas", "pandera", "pyarrow", "sqlalchemy", "duckdb", "dagster", "pydantic"}
ORCHESTRATION = {"dagster", "dagster_dbt", "dbt", "great_expectations"}


def modules_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    listed, command = get_group(app).commands[name], loaded(name)
    assert command.get_short_help_str(1000) == listed.get_short_help_str(1000)
    assert command.name == name


def test_a_command_unknown_is_met_by_its_neighbour() -> None:
    outcome = CliRunner().invoke(app, ["contract", "lint"])
    assert outcome.exit_code == 2
    assert "'contracts'" in outcome.output


def test_the_list_of_commands_loads_no_library() -> None:
    assert (
        not modules_after(
            "from typer.testing import CliRunner; from pipelines.cli import app\n"
            "assert CliRunner().invoke(app, ['--help']).exit_code == 0"
        )
        & LOADED_LATE
    )


def test_commands_that_start_no_run_load_no_orchestrator() -> None:
    names = ["contracts", "oppositions", "receipts", "explain", "rules", "keys", "lake", "vault", "retention"]
    assert not modules_after(f"from pipelines.cli import loaded\n[loaded(name) for name in {names}]") & ORCHESTRATION
