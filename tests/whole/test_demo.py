"""The demo as a newcomer meets it: scores on the terminal, runs in Dagster, answers, and no leaks."""

import json
import re
from pathlib import Path

import dagster as dg
import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli import app
from pipelines.commands.runs import Runs
from pipelines.scores.records import scores_as_of
from pipelines.scores.scorer import Scorer
from pipelines.simulation.market import Market, draw_market
from pipelines.vocabulary.tables import TABLES
from tests.support.houses import house_at, lake_bytes, read_all
from tests.support.market_persons import personal_values
from tests.support.programs import Demo
from tests.support.reasons import english_in
from tests.support.simulated_truth import assert_equals_truth

VENDOR_COUNT = 11
PREFIX = 8


@pytest.fixture(scope="module")
def market() -> Market:
    """What the demo invents, drawn once more."""
    return draw_market()


def test_it_ends_with_a_score_table_of_every_vendor(demo: Demo) -> None:
    table = demo.output[demo.output.index("Compliance scores") :]
    vendors = house_at(demo.home).contracts().vendors
    assert len(vendors) == VENDOR_COUNT
    for vendor in vendors:
        assert re.search(rf"^{vendor}\s+\d+\s+[\d.]+%", table, re.MULTILINE), vendor


def test_its_runs_are_kept_in_a_dagster_instance(demo: Demo) -> None:
    with dg.DagsterInstance.from_config(str(demo.home / "dagster")) as instance:
        jobs = [run.job_name for run in instance.get_runs()]
        assert jobs.count("deliveries") == VENDOR_COUNT
        assert {"registry", "publish"} <= set(jobs)
        assert all(run.status == dg.DagsterRunStatus.SUCCESS for run in instance.get_runs())


def test_it_leaves_a_dossier_of_every_vendor_and_a_portfolio_that_links_them(demo: Demo) -> None:
    folder = demo.home / "dossiers"
    for page in ("index.html", "index.en.html"):
        links = re.findall(r'href="([^"#]+)"', (folder / page).read_text(encoding="utf-8"))
        dossiers = {link for link in links if link.endswith(page)}
        assert len(dossiers) == VENDOR_COUNT
        assert all((folder / link).exists() for link in dossiers)
    assert len(list(folder.glob("*/2026-09-05/findings.csv"))) == VENDOR_COUNT
    assert str(folder / "index.html") in demo.output


def test_its_findings_and_refusals_equal_the_simulated_truth(demo: Demo) -> None:
    assert_equals_truth(house_at(demo.home))


def test_scores_beside_what_they_prove_are_in_the_registry(demo: Demo, market: Market) -> None:
    scores = scores_as_of(house_at(demo.home).registry, market.as_of)
    assert {score.vendor for score in scores} == set(house_at(demo.home).contracts().vendors)
    for score in scores:
        assert score.lower_points is not None
        assert score.upper_points is not None
        assert 0 <= score.lower_points <= score.points <= score.upper_points <= 100
        assert (score.state is None) == (score.dimension == "total")
        assert (score.grade is not None) == (score.dimension == "total")


def test_every_table_of_the_lake_was_written(demo: Demo) -> None:
    for table in TABLES:
        assert list((demo.home / "lake" / table).rglob("part-0.parquet")), table


def test_no_french_receipt_holds_english(demo: Demo) -> None:
    """In the words of our English sentences; what a contract calls its columns, formats and values is its own."""
    told = [text for path in sorted((demo.home / "outbox").rglob("receipt.json")) for text in french_texts(path)]
    assert {text: found for text in told if (found := english_in(text))} == {}
    assert any("séparateur prévu `;`, livré `,`" in text for text in told)  # a difference of format
    assert any("mêmes octets" in text for text in told)  # why a file does not count
    assert any("autant de champs que" in text for text in told)  # a row


def french_texts(document: Path) -> list[str]:
    """All that a vendor reads in French of one receipt."""
    receipt = json.loads(document.read_text(encoding="utf-8"))
    of_lines = [text[name] for text in receipt["texts"].values() for name in ("wrong_fr", "remedy_fr")]
    of_files = [file["reason_fr"] for file in receipt["files"] if file["reason_fr"]]
    return [*of_lines, *of_files, *document.with_name("summary.fr.txt").read_text(encoding="utf-8").splitlines()]


def test_the_market_a_vendors_days_and_all_scores_again_change_nothing(demo: Demo, market: Market) -> None:
    """Over what the demo left; the job `publish` runs twice over the canary's market, which is small."""
    house = house_at(demo.home)
    before, files = scores_as_of(house.registry, market.as_of), lake_bytes(house.lake)
    assert asked_here(demo, "simulate").exit_code == 0
    with Runs(house.settings) as runs:
        assert runs.registry(market.as_of)
        assert runs.deliveries("carnet-decore", market.first_day, market.last_day, market.as_of, is_anew=True)
    Scorer(house.engine, house.lake, house.contracts(), house.registry).score_all(
        as_of=market.as_of, catalogue=house.catalogue
    )
    assert scores_as_of(house.registry, market.as_of) == before
    assert lake_bytes(house.lake) == files


def test_explain_answers_rule_by_rule_without_direct_identifiers(demo: Demo) -> None:
    findings = read_all(house_at(demo.home).lake, "findings", "scorecards").to_pylist()
    finding = next(row for row in findings if row["outcome"] == "fail" and row["channel"] == "phone")
    arguments = ("explain", finding["vendor"], finding["lead_id"], "--date", str(finding["delivery_date"]))
    result = demo.run(*arguments)
    assert result.returncode == 0, result.stderr
    assert finding["rule_id"] in result.stdout
    assert len(result.stdout.splitlines()) <= 20
    assert "@" not in result.stdout
    whole = demo.run(*arguments, "--all", "--language", "fr")
    assert "tel_optin_consent_required" in whole.stdout
    assert "Bloqué par" in whole.stdout
    assert "@" not in whole.stdout


def asked_here(demo: Demo, *arguments: str, **variables: str) -> Result:
    """What the program says on the demo's home, in this process."""
    return CliRunner().invoke(app, arguments, env={"OPPOSABLE_HOME": str(demo.home), "COLUMNS": "200", **variables})


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("explain", "hexa-leads", "no-such-lead"), 1, "no accepted lead"),
        (("explain", "nobody", "x"), 2, "no readable contract of a vendor nobody"),
        (("reconcile", "--from", "2026-08-02", "--to", "2026-08-01"), 2, "--to"),
        (("reconcile", "--from", "tomorrow", "--to", "2026-08-01"), 2, "--from: expected a date"),
        (("reconcile", "--from", "2026-08-01", "--to", "2126-08-01"), 2, "yesterday"),
        (("reconcile", "--from", "2026-08-01", "--to", "2026-08-01", "--vendor", "nobody"), 2, "nobody"),
        (("reconcile", "--from", "2026-08-01", "--to", "2026-08-01", "--as-of", "noon"), 2, "--as-of"),
        (("oppositions", "import", "no-such-file.csv"), 2, "no-such-file.csv"),
    ],
)
def test_a_wrong_argument_is_named(demo: Demo, arguments: tuple[str, ...], status: int, message: str) -> None:
    result = asked_here(demo, *arguments)
    assert (result.exit_code, message in result.stderr) == (status, True), result.stderr


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OPPOSABLE_LAKEE": "x"}, "did you mean OPPOSABLE_LAKE"),
        ({"OPPOSABLE_DATABASE_URL": "mysql://root:secret@localhost/x"}, "OPPOSABLE_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_said_before_any_work(demo: Demo, variables: dict[str, str], message: str) -> None:
    result = asked_here(demo, "reconcile", "--from", "2026-08-01", "--to", "2026-08-01", **variables)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert "secret" not in result.stderr


def test_a_missing_key_beside_keyed_data_is_said_before_any_work(demo: Demo, tmp_path: Path) -> None:
    arguments = ("reconcile", "--from", "2026-08-01", "--to", "2026-08-01")
    result = asked_here(demo, *arguments, OPPOSABLE_KEYS=str(tmp_path / "keys"))
    assert (result.exit_code, "restore the file from your backup" in result.stderr) == (2, True), result.stderr


def test_no_clear_identifier_is_left_but_in_what_was_delivered(demo: Demo, market: Market) -> None:
    """Every personal value that the market invented, looked for in every byte that the demo left or said."""
    values = [value.encode() for value in personal_values(market) if len(value.encode()) >= PREFIX]
    assert len(values) > 1000
    needles = Needles(values)
    delivered = {"inbox", "oppositions"}
    files = [path for path in demo.home.rglob("*") if path.is_file()]
    left = [path for path in files if path.relative_to(demo.home).parts[0] not in delivered]
    leaks = [path.relative_to(demo.home).as_posix() for path in left if needles.are_in(readable(path))]
    assert leaks == []
    assert not needles.are_in((demo.output + demo.errors).encode())
    assert any(needles.are_in(path.read_bytes()) for path in files if path.suffix == ".csv" and path not in left)


def readable(path: Path) -> bytes:
    """A file's bytes; of Parquet, which is compressed, its rows as text."""
    if path.suffix == ".parquet":
        return repr(pq.ParquetFile(path).read().to_pylist()).encode()
    return path.read_bytes()


class Needles:
    """Many values to be looked for at once: their first eight bytes, at every place of a text."""

    def __init__(self, values: list[bytes]) -> None:
        self.by_prefix: dict[int, list[bytes]] = {}
        for value in values:
            self.by_prefix.setdefault(int.from_bytes(value[:PREFIX], "little"), []).append(value)
        self.prefixes = np.array(sorted(self.by_prefix), dtype="<u8")

    def are_in(self, content: bytes) -> bool:
        for offset in range(min(PREFIX, max(len(content) - PREFIX + 1, 0))):
            words = np.frombuffer(content, dtype="<u8", count=(len(content) - offset) // PREFIX, offset=offset)
            places = np.minimum(np.searchsorted(self.prefixes, words), len(self.prefixes) - 1)
            for hit in np.flatnonzero(self.prefixes[places] == words).tolist():
                start = offset + PREFIX * hit
                if any(content.startswith(value, start) for value in self.by_prefix[int(words[hit])]):
                    return True
        return False
