"""A person who objected is met in every spelling: of the lead, of the registry, of a reference that is used again."""

import base64
import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from rich.progress import Progress
from typer.testing import CliRunner

from pipelines.commands.opposition_files import open_oppositions
from pipelines.commands.opposition_options import layout_of_options
from pipelines.commands.oppositions import app
from pipelines.house import House
from pipelines.identifiers.emails import canonical_email
from pipelines.oppositions import imports
from pipelines.oppositions.lines import RefusedLine
from pipelines.oppositions.snapshot import refresh_snapshot
from pipelines.oppositions.unmet_lists import UnmetList, unmet_lists
from pipelines.orchestration.jobs import AS_OF_TAG
from pipelines.upkeep.rotation import rotate
from tests.support.exemple import deliver, sign
from tests.support.houses import house_at, import_oppositions, read_all, reconcile
from tests.support.instances import Daemon, instance_of
from tests.support.paths import ROOT

VENDOR = "exemple-leads"
DAY = date(2026, 8, 18)
RECEIVED_AT = datetime(2026, 8, 18, 10, tzinfo=UTC)
AS_OF = datetime(2026, 9, 1, 4, tzinfo=UTC)
HEADER = "identifier,kind,channel,opposed_at,recorded_at,origin"
OPPOSED = ("opp_vendor_redelivery", "opp_other_form")
EMAIL, PHONE = "jean.dupont@mail.example", "+33612345678"


def spellings(name: str, means: str) -> list[str]:
    """Delivered texts that mean or hold an identifier, as far as the file of a vendor can hold them."""
    cases: list[dict[str, Any]] = yaml.safe_load((ROOT / f"tests/data/spellings/{name}.yaml").read_text("utf-8"))
    found = [case["delivered"] for case in cases if means in (case.get("read"), *case.get("holds", ()))]
    return [text for text in found if text == text.encode("windows-1252", "ignore").decode("windows-1252")]


READ = [text for text in spellings("emails", EMAIL) if canonical_email(text) == EMAIL]


def lines(rows: Iterable[Sequence[str]]) -> list[str]:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", quotechar="'", lineterminator="\n").writerows(rows)  # the contract's own quote
    return buffer.getvalue().splitlines()


def leads_of(emails: Sequence[str] = (), phones: Sequence[str] = ()) -> list[str]:
    """Leads of one e-mail each with a phone of their own, then of one phone each with an e-mail of their own."""
    by_email = [(email, f"07812345{number:02}") for number, email in enumerate(emails)]
    by_phone = [(f"lead{number}@mail.example", phone) for number, phone in enumerate(phones)]
    return lines(
        (f"L-{number}", "17/08/2026 09:00", email, phone, "mél,tél", "75001")
        for number, (email, phone) in enumerate([*by_email, *by_phone])
    )


def house_with(home: Path, leads: Sequence[str]) -> House:
    sign(home, VENDOR)
    deliver(home, VENDOR, DAY, leads, received_at=RECEIVED_AT)
    return house_at(home)


def oppose(house: House, *identifiers: tuple[str, str], recorded: str = "2026-08-02", origin: str = "group") -> None:
    path = house.settings.home / f"oppositions-{origin}.csv"
    told = [[text, kind, "all", "2026-08-01", recorded, origin] for text, kind in identifiers]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(told)
    path.write_text(f"{HEADER}\n{buffer.getvalue()}", encoding="utf-8")
    import_oppositions([path], house)


def opposed_leads(house: House) -> dict[str, set[str]]:
    """By rule, the leads that an opposition fails."""
    reconcile(house, [VENDOR], [DAY], AS_OF)
    failed = [row for row in read_all(house.lake, "findings", "scorecards").to_pylist() if row["outcome"] == "fail"]
    told: dict[str, set[str]] = {rule: set() for rule in OPPOSED}
    for rule in OPPOSED:
        told[rule] = {row["lead_id"] for row in failed if row["rule_id"] == rule}
        assert {row["attributable_to"] for row in failed if row["rule_id"] == rule} <= {"nobody"}
    return told


def numbers(count: int) -> set[str]:
    return {f"L-{number}" for number in range(count)}


@pytest.mark.fault(
    area="objections",
    fault="A vendor decorates the number or address of somebody who objected",
    promise="The person is met in every spelling that the intake reads.",
)
def test_a_person_opposed_in_plain_spelling_is_met_in_every_delivered_one(tmp_path: Path) -> None:
    emails, phones = spellings("emails", EMAIL), spellings("phones", PHONE)
    assert (len(emails) > 45, len(phones) > 30) == (True, True)
    house = house_with(tmp_path, leads_of(emails, phones))
    oppose(house, (EMAIL, "email"), ("06 12 34 56 78", "phone"))
    met = set().union(*opposed_leads(house).values())
    taken = set(read_all(house.lake, "leads")["lead_id"].to_pylist())
    assert met == taken == numbers(len(emails) + len(phones))
    verdicts = read_all(house.lake, "verdicts", "scorecards").to_pylist()
    assert {row["verdict"] for row in verdicts} == {"blocked"}


@pytest.mark.fault(
    area="objections",
    fault="The same, where the registry knows only a hash of the person",
    promise="The person is met all the same.",
)
def test_so_is_a_person_of_whom_only_a_hash_is_known(tmp_path: Path) -> None:
    emails, phones = spellings("emails", EMAIL), spellings("phones", PHONE)
    house = house_with(tmp_path, leads_of(emails, phones))
    digest = base64.b64encode(hashlib.sha256(EMAIL.upper().encode()).digest()).decode()
    oppose(house, (digest, "email_sha256"), (hashlib.sha256(b"0612345678\n").hexdigest(), "phone_sha256"))
    assert set().union(*opposed_leads(house).values()) == numbers(len(emails) + len(phones))


@pytest.mark.parametrize("identifier", READ)
def test_a_registry_reads_what_the_intake_reads(identifier: str) -> None:
    from tests.support.opposition_files import key_of, read

    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow([identifier, "email", "all", "2026-08-01", "2026-08-01", "web"])
    (line,) = read(buffer.getvalue(), header=HEADER)
    assert getattr(line, "identity_key", None) == key_of(EMAIL)


@pytest.mark.fault(
    area="objections",
    fault="Somebody who objected comes back under a mail alias (name+tag)",
    promise="The objection holds for the alias and for the plain address.",
)
@pytest.mark.parametrize(
    ("opposed", "delivered"),
    [
        ("jean.dupont+x@gmail.com", "jeandupont@googlemail.com"),
        ("jeandupont@googlemail.com", "jean.dupont+x@gmail.com"),
        ("j.e.a.n.dupont@gmail.com", "jeandupont@gmail.com"),
        ("jean+news@mail.example", "jean+shop@mail.example"),
        ("jеan@mail.example", "jean@mail.example"),
        ("jean+x@mаil.example", "jean@mail.example"),
        ("jean@mail.example", "jean+x@xn--mil-6cd.example"),
    ],
)
def test_an_alias_is_met_in_both_directions(tmp_path: Path, opposed: str, delivered: str) -> None:
    house = house_with(tmp_path, leads_of([delivered, "other@mail.example"]))
    oppose(house, (opposed, "email"))
    assert set().union(*opposed_leads(house).values()) == {"L-0"}


def test_an_alias_is_met_after_a_rotation_of_the_identity_secret(tmp_path: Path) -> None:
    house = house_with(tmp_path, leads_of(["jeandupont@googlemail.com"]))
    oppose(house, ("jean.dupont+x@gmail.com", "email"))
    rotate(house.registry, house.lake, house.settings.keys, has_keyed_data=house.has_keyed_data, now=AS_OF)
    assert set().union(*opposed_leads(House(house.settings)).values()) == {"L-0"}


def test_an_opposition_known_before_aliases_were_kept_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    house = house_with(tmp_path, leads_of(["jean@mail.example"]))
    oppose(house, ("jean+x@mail.example", "email"))
    with house.registry.begin() as connection:
        connection.execute(sa.text("update oppositions set normalisation_version = 1, alias_key = null"))
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["check", "--as-of", "2026-09-01"])
    assert (result.exit_code, "1 oppositions by e-mail were recorded before" in result.output) == (1, True)


def test_an_opposition_of_unknown_date_blocks_every_lead_and_nobody_answers_for_it(tmp_path: Path) -> None:
    house = house_with(tmp_path, leads_of(["jean@mail.example", "other@mail.example"]))
    (tmp_path / "brevo.csv").write_text("EMAIL;NOM\njean@mail.example;Inventé\n", encoding="cp1252")
    constants = {"opposed_at": "unknown"}
    layout = layout_of_options("brevo", [], constants, has_header=True, date_order=None, date_pattern="")
    read = open_oppositions(tmp_path / "brevo.csv", layout, datetime(2026, 8, 19, tzinfo=UTC))  # after the delivery
    lines = (line for line in read(house.hasher, Progress(disable=True)) if not isinstance(line, RefusedLine))
    imports.import_oppositions(house.registry, lines, key_id="identity-1", normalisation_version=2)
    assert set().union(*opposed_leads(house).values()) == {"L-0"}


@pytest.mark.fault(
    area="objections",
    fault="A list of hashes was made in a way that can never meet anybody",
    promise="After a month without one hit a check warns.",
)
def test_a_hashed_list_that_meets_no_lead_in_a_month_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = house_with(tmp_path, leads_of(["jean@mail.example"]))
    salted = hashlib.sha256(b"salt jean@mail.example").hexdigest()
    oppose(house, (salted, "email_sha256"), recorded="2026-07-01", origin="salted list")
    oppose(house, (hashlib.sha256(b"Jean@mail.example").hexdigest(), "email_sha256"), recorded="2026-07-01", origin="b")
    oppose(house, (salted[::-1], "email_sha256"), recorded="2026-08-15", origin="new list")
    oppose(house, ("nobody@mail.example", "email"), recorded="2026-07-01", origin="clear list")
    reconcile(house, [VENDOR], [DAY], AS_OF)
    engine, lake = house.judge.engine, house.lake
    assert unmet_lists(engine, lake, date(2026, 9, 1)) == [UnmetList("salted list", 1)]
    assert unmet_lists(engine, lake, date(2026, 12, 1)) == []  # no lead in the month before
    monkeypatch.setenv("OPPOSABLE_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["check", "--as-of", "2026-09-01"])
    assert (result.exit_code, "salted list: none of 1 hashed entries met a lead" in result.output) == (1, True)


def test_a_lead_sent_again_is_found_however_its_reference_is_written(tmp_path: Path) -> None:
    uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    written = [uuid, uuid.upper(), f"{{{uuid}}}", f"urn:uuid:{uuid}", uuid.replace("-", "")]
    house = house_with(
        tmp_path,
        lines(
            (reference, "17/08/2026 09:00", f"lead{number}@mail.example", f"07812345{number:02}", "mél,tél", "75001")
            for number, reference in enumerate(written)
        ),
    )
    reconcile(house, [VENDOR], [DAY], AS_OF)
    findings = read_all(house.lake, "findings", "scorecards").to_pylist()
    duplicates = {row["lead_id"] for row in findings if row["rule_id"] == "lead_duplicate" and row["outcome"] == "fail"}
    assert duplicates == set(written[1:])


def test_a_snapshot_without_a_column_of_now_is_written_anew(tmp_path: Path) -> None:
    house = house_with(tmp_path, leads_of([EMAIL]))
    oppose(house, (EMAIL, "email"))
    assert refresh_snapshot(house.registry, house.lake).day_count == 1
    assert refresh_snapshot(house.registry, house.lake).day_count == 0
    mark = house.lake.root / "oppositions" / ".watermark.json"
    mark.write_text(mark.read_text("utf-8").replace('"alias_key", ', ""), encoding="utf-8")
    assert refresh_snapshot(house.registry, house.lake).day_count == 1


def test_an_asset_check_tells_it_in_the_same_words_and_stops_nothing(tmp_path: Path) -> None:
    house = house_with(tmp_path, leads_of(["jean@mail.example"]))
    salted = hashlib.sha256(b"salt jean@mail.example").hexdigest()
    oppose(house, (salted, "email_sha256"), (salted[::-1], "email_sha256"), recorded="2026-07-01", origin="salted list")
    oppose(house, (hashlib.sha256(b"Jean@mail.example").hexdigest(), "email_sha256"), recorded="2026-07-01", origin="b")
    reconcile(house, [VENDOR], [DAY], AS_OF)
    with instance_of(house) as instance:
        daemon = Daemon(house, instance, now=AS_OF)
        for job in ("registry", "publish"):
            run = daemon.run(job, {AS_OF_TAG: AS_OF.isoformat()})
            (said,) = [one for one in run.get_asset_check_evaluations() if one.check_name == "hashed_lists_meet_leads"]
            assert (run.success, said.passed, said.severity) == (True, False, dg.AssetCheckSeverity.WARN)
            assert said.metadata["count"].value == 1
            assert said.metadata["first of them"].value == [str(UnmetList("salted list", 2))]
            assert said.metadata["hashed entries by origin"].value == {"salted list": 2}
        run = daemon.run("registry", {AS_OF_TAG: datetime(2026, 7, 20, 4, tzinfo=UTC).isoformat()})
        assert [one.passed for one in run.get_asset_check_evaluations()] == [True]  # known for less than a month
