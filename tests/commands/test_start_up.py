"""What a command loads before it works: the list no library, and no orchestrator unless the command runs it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from pipelines.cli import COMMANDS, app, loaded
from pipelines.storage.registry.database import open_registry
from tests.support.contract_files import VALID, write

LOADED_LATE = {"pandas", "pandera", "pyarrow", "sqlalchemy", "duckdb", "dagster", "pydantic"}
ORCHESTRATION = {"dagster", "dagster_dbt", "dbt", "great_expectations"}
ENGINES_AND_FRAMES = {"pandas", "pandera", "pyspark", "duckdb", "datafusion", "scipy", "alembic"}
LIGHT_COMMANDS = ["contracts", "receipts", "explain", "oppositions", "checks", "lake"]
REGISTRY, RULES, ARRAYS = {"sqlalchemy"}, {"sqlglot"}, {"numpy", "pyarrow"}
NOT_LOADED = {
    "explain": {*REGISTRY, *RULES, *ARRAYS, "jsonschema", "phonenumbers"},
    "receipts": {*REGISTRY, *RULES, *ARRAYS, "jsonschema"},
    "contracts": {*REGISTRY, *ARRAYS, "dateutil"},
    "oppositions": {*RULES, "jsonschema"},
}
"""By command, what it does not load before it knows what is asked of it."""


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


def modules_after_command(home: Path, *arguments: str) -> set[str]:
    return modules_after(
        f"import os; os.environ['OPPOSABLE_HOME'] = {str(home)!r}\n"
        "from typer.testing import CliRunner; from pipelines.cli import app\n"
        f"assert CliRunner().invoke(app, {list(arguments)}).exit_code == 0"
    )


def test_linting_contracts_loads_neither_frames_nor_arithmetic_nor_the_registry(tmp_path: Path) -> None:
    write(tmp_path / "contracts", VALID)
    found = modules_after_command(tmp_path, "contracts", "lint")
    assert not found & {*ENGINES_AND_FRAMES, *REGISTRY, *ARRAYS}


def test_receipts_are_listed_without_engine_frames_or_a_parser_of_rules(tmp_path: Path) -> None:
    write(tmp_path / "contracts", VALID)
    open_registry(f"sqlite:///{tmp_path / 'registry.db'}").dispose()
    assert not modules_after_command(tmp_path, "receipts", "list") & {*ENGINES_AND_FRAMES, *RULES, *ARRAYS}


def test_oppositions_are_imported_without_frames_or_engine(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(
        "identifier,kind,channel,opposed_at,recorded_at,origin\n"
        "new@mail.example,email,all,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z,site\n",
        encoding="utf-8",
    )
    found = modules_after_command(tmp_path, "oppositions", "import", "--dry-run", str(tmp_path / "new.csv"))
    assert not found & {"pandas", "duckdb", *RULES}


def test_light_commands_load_no_engine_no_frames_and_no_migrations() -> None:
    loaded_all = f"from pipelines.cli import loaded\n[loaded(name) for name in {LIGHT_COMMANDS}]"
    assert not modules_after(loaded_all) & ENGINES_AND_FRAMES


@pytest.mark.parametrize("name", NOT_LOADED)
def test_a_command_loads_what_it_works_with_when_it_begins(name: str) -> None:
    found = modules_after(f"from pipelines.cli import loaded\nloaded({name!r})")
    assert not found & (NOT_LOADED[name] | ENGINES_AND_FRAMES)


def test_a_registry_that_is_up_to_date_is_opened_without_its_migrations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.db'}"
    open_registry(url).dispose()
    opened = f"from pipelines.storage.registry.database import open_registry\nopen_registry({url!r})"
    assert "alembic" not in modules_after(opened)
