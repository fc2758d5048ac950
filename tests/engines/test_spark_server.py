"""A Spark server that can't be had is told in words that name the setting, and never the token of an address."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from pipelines.commands.reconcile import check_house
from pipelines.engines import spark_server
from pipelines.engines.interface import EngineError, EngineSettingError
from pipelines.engines.named import engine_named
from pipelines.engines.spark_patterns import UnknownWordError
from pipelines.engines.spark_statements import spark_statement
from pipelines.settings import load_settings
from tests.support.houses import house_at

TOKEN = "s3cret"


def refusal(remote: str) -> str:
    with pytest.raises(EngineSettingError) as caught, engine_named("spark", remote=remote).session():
        pass
    return str(caught.value)


def unused_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def test_an_address_that_is_not_set_is_asked_for() -> None:
    assert "OPPOSABLE_SPARK_REMOTE is not set" in refusal("")


@pytest.mark.parametrize("remote", ["localhost:15002", "http://localhost:15002", "sc://", f"sc://[::1/;token={TOKEN}"])
def test_what_is_no_address_is_told_without_it(remote: str) -> None:
    told = refusal(remote)
    assert told.startswith("OPPOSABLE_SPARK_REMOTE is no address")
    assert TOKEN not in told


def test_a_server_that_does_not_answer_is_named_by_host_and_port() -> None:
    port = unused_port()
    told = refusal(f"sc://127.0.0.1:{port}/;token={TOKEN}")
    assert told.startswith(f"OPPOSABLE_SPARK_REMOTE: no server answers at 127.0.0.1:{port}")
    assert TOKEN not in told


def test_a_server_that_is_too_old_is_told(spark_remote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_server, "OLDEST", (99, 0))
    told = refusal(spark_remote)
    assert told.startswith("OPPOSABLE_SPARK_REMOTE: the server is Spark 4.")
    assert "99.0" in told


def test_a_client_that_is_not_installed_is_named_with_its_extra(tmp_path: Path) -> None:
    (tmp_path / "pyspark").mkdir()
    (tmp_path / "pyspark" / "__init__.py").write_text("raise ModuleNotFoundError('none', name='pyspark')")
    with socket.create_server(("127.0.0.1", 0)) as server:
        remote = f"sc://127.0.0.1:{server.getsockname()[1]}"
        program = (
            "from pipelines.engines.named import engine_named\n"
            f"with engine_named('spark', remote='{remote}').session(): pass"
        )
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, '{tmp_path}')\n{program}"],
            capture_output=True, text=True,
        )  # fmt: skip
    assert "OPPOSABLE_ENGINE: spark needs its client" in done.stderr
    assert "opposable[spark]" in done.stderr


def test_a_process_without_a_main_file_is_no_test_of_the_client(spark_remote: str) -> None:
    """As those that Dagster spawns, and workers of these tests."""
    program = (
        "from pipelines.engines.named import engine_named\n"
        f"with engine_named('spark', remote='{spark_remote}').session() as session:\n"
        "    print(session.fetch('select 7 as seven').to_pylist())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("[{'seven': 7}]\n", 0), done.stderr


def test_reconcile_says_before_any_work_that_nobody_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remote = f"sc://127.0.0.1:{unused_port()}"
    house = house_at(tmp_path, OPPOSABLE_ENGINE="spark", OPPOSABLE_SPARK_REMOTE=remote)
    with pytest.raises(typer.Exit):
        check_house(house)
    assert "OPPOSABLE_SPARK_REMOTE: no server answers" in capsys.readouterr().err


def test_the_standard_variable_of_spark_is_the_address_unless_ours_is_given() -> None:
    standard = {"SPARK_REMOTE": "sc://standard:15002"}
    assert load_settings(standard).spark_remote == "sc://standard:15002"
    assert load_settings({**standard, "OPPOSABLE_SPARK_REMOTE": "sc://ours:15002"}).spark_remote == "sc://ours:15002"


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select arg_max(a, b) as c from t", "arg_max"),
        ("select upper(a) as b from t", "upper"),
        ("select date_diff('month', a, b) as c from t", "datediff"),
        ("select a from t where regexp_matches(a, 'x$|y')", "a pattern"),
        ("select list(a) as b from t", "list without"),
        ("select to_json(a) as b from t", "to_json"),
        ("select a at time zone 'UTC' as b from t", "at time zone"),
    ],
)
def test_a_word_that_was_never_compared_is_refused(sql: str, word: str) -> None:
    with pytest.raises(UnknownWordError, match=word):
        spark_statement(sql)


def test_a_refused_word_is_an_error_of_the_statement(spark_remote: str) -> None:
    with engine_named("spark", remote=spark_remote).session() as session, pytest.raises(EngineError, match="arg_max"):
        session.fetch("select arg_max(1, 2) as one")
