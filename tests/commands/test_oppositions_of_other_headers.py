"""`opposable oppositions import` of files that other tools make: profiles, mapped columns, lists without a header.

Samples are invented, as their makers' pages say that such exports look (`pipelines/oppositions/profiles.py`).
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.progress import Progress

from pipelines.commands.opposition_files import OWN, open_oppositions
from pipelines.commands.opposition_options import layout_of_options
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.imports import ImportCounts, import_oppositions
from pipelines.oppositions.layouts import FileLayout
from pipelines.oppositions.lines import OppositionLine, RefusedLine
from pipelines.storage.registry.database import open_registry
from tests.support.opposition_files import SECRET, one_by_one
from tests.support.paths import ROOT

SAMPLES = ROOT / "tests/data/oppositions"
NOW = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)
ADA, BOB = "ada@example.fr", "bob@example.fr"
Run = Callable[..., tuple[int, str]]


def registered(tmp_path: Path) -> list[tuple[str, ...]]:
    """Kind, channel, instant of the opposition and origin of all that the home's registry holds."""
    engine = open_registry(f"sqlite:///{tmp_path / 'home' / 'registry.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT kind, channel, opposed_at, origin FROM oppositions"))
        return sorted((kind, channel, opposed[:16], origin) for kind, channel, opposed, origin in rows)


def known_at(tmp_path: Path) -> list[str]:
    engine = open_registry(f"sqlite:///{tmp_path / 'home' / 'registry.db'}")
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("SELECT recorded_at FROM oppositions ORDER BY id")))


def told(profile: str = "", *columns: str, has_header: bool = True, **constants: str) -> FileLayout:
    return layout_of_options(profile, columns, constants, has_header=has_header, date_order=None, date_pattern="")


def lines_of(
    path: Path, layout: FileLayout, hasher: IdentityHasher | None = None
) -> list[OppositionLine | RefusedLine]:
    return one_by_one(open_oppositions(path, layout, NOW)(hasher or IdentityHasher(SECRET), Progress(disable=True)))


def test_a_mailchimp_export_is_known_by_its_columns(run: Run, tmp_path: Path) -> None:
    status, output = run(SAMPLES / "mailchimp.csv", "--profile", "mailchimp")
    assert (status, "mailchimp.csv: line 4: Email Address: expected an e-mail address" in output) == (1, True)
    assert "2 new oppositions" in output
    assert registered(tmp_path) == [  # UNSUB_TIME as Europe/Paris: in winter one hour before, in summer two
        ("email", "email", "2026-01-15 22:30", "mailchimp"),
        ("email", "email", "2026-06-01 08:00", "mailchimp"),
    ]


def test_importing_it_again_later_leaves_the_first_knowledge(run: Run, tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    run(SAMPLES / "mailchimp.csv", "--profile", "mailchimp")
    first = known_at(tmp_path)
    assert len(set(first)) == 1
    assert datetime.fromisoformat(first[0]) >= before
    assert (
        "0 new oppositions, 0 shares added, 0 revocations, 2 already known"
        in run(SAMPLES / "mailchimp.csv", "--profile", "mailchimp")[1]
    )
    assert known_at(tmp_path) == first


def test_a_dry_run_says_what_would_be_and_imports_nothing(run: Run, tmp_path: Path) -> None:
    status, output = run(SAMPLES / "mailchimp.csv", "--profile", "mailchimp", "--dry-run")
    assert status == 1
    assert output.startswith("dry run: nothing is imported")
    assert "2 new oppositions, 0 shares added, 0 revocations, 0 already known, 1 refused" in output
    assert registered(tmp_path) == []


@pytest.mark.parametrize(("file", "profile"), [("brevo.csv", "brevo"), ("hubspot.csv", "hubspot")])
def test_an_export_without_dates_has_to_be_told_one(run: Run, tmp_path: Path, file: str, profile: str) -> None:
    status, output = run(SAMPLES / file, "--profile", profile)
    assert (status, "missing: opposed_at (--opposed-at)" in output) == (2, True)
    assert not (tmp_path / "home").exists()
    assert run(SAMPLES / file, "--profile", profile, "--opposed-at", "2026-08-01")[0] == 0
    assert registered(tmp_path) == [("email", "email", "2026-07-31 22:00", profile)] * 2


def test_an_opposition_of_unknown_date_is_before_every_lead_and_imported_once(run: Run, tmp_path: Path) -> None:
    options = ("--profile", "brevo", "--channel", "all", "--opposed-at", "unknown")
    assert run(SAMPLES / "brevo.csv", *options)[0] == 0
    assert registered(tmp_path) == [("email", "all", "1969-12-31 23:00", "brevo")] * 2
    assert "2 already known" in run(SAMPLES / "brevo.csv", *options)[1]


def test_a_list_of_numbers_has_neither_header_nor_anything_else(run: Run, tmp_path: Path) -> None:
    status, output = run(SAMPLES / "phone-list.csv", "--profile", "phone-list")
    assert (status, "missing: channel (--channel); opposed_at (--opposed-at); origin (--origin)" in output) == (2, True)
    more = ("--channel", "phone", "--origin", "call centre", "--opposed-at", "2026-08-01")
    assert run(SAMPLES / "phone-list.csv", "--profile", "phone-list", *more)[0] == 0
    assert registered(tmp_path) == [("phone", "phone", "2026-07-31 22:00", "call centre")] * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_one_column_of_hashes_without_a_header_is_read_from_its_first_line(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "hashes.txt"
    path.write_text(
        "".join(f"{hashlib.sha256(who.encode()).hexdigest()}\r\n" for who in (ADA, BOB)) + "s3cret", encoding
    )
    layout = told(has_header=False, kind="email_sha256", channel="all", origin="group", opposed_at="2026-08-01")
    *good, bad = lines_of(path, layout)
    assert good == [
        line_of_own(tmp_path, who, "email", "all", "2026-08-01", "group", kind="email_sha256") for who in (ADA, BOB)
    ]
    assert isinstance(bad, RefusedLine)
    assert (bad.line_number, bad.faults[0].column, "s3cret" in repr(bad)) == (3, "identifier", False)


def line_of_own(
    folder: Path, who: str, clear: str, channel: str, opposed: str, origin: str, kind: str = ""
) -> OppositionLine:
    """What a line of our own header gives, known at `NOW`."""
    path = folder / "own.csv"
    identifier = hashlib.sha256(who.encode()).hexdigest() if kind else who
    row = [identifier, kind or clear, channel, opposed, NOW.isoformat(), origin]
    path.write_text(f"identifier,kind,channel,opposed_at,recorded_at,origin\n{','.join(row)}\n", encoding="utf-8")
    (line,) = lines_of(path, OWN)
    assert isinstance(line, OppositionLine)
    return line


def test_an_order_of_day_and_month_that_nothing_settles_is_refused(run: Run, tmp_path: Path) -> None:
    options = ("--identifier", "Adresse électronique", "--column", "opposed_at=Date de désinscription")
    options += ("--kind", "email", "--channel", "all", "--origin", "CRM")
    status, output = run(SAMPLES / "crm.csv", *options)
    assert (status, "say --date-order dmy or mdy" in output, "2026" in output) == (2, True, False)
    assert not (tmp_path / "home").exists()
    assert run(SAMPLES / "crm.csv", *options, "--date-order", "mdy")[0] == 0
    assert run(SAMPLES / "crm.csv", *options, "--date-pattern", "dd/MM/yyyy")[0] == 0
    assert [opposed for _, _, opposed, _ in registered(tmp_path)] == [
        "2026-03-03 23:00", "2026-04-02 22:00", "2026-05-05 22:00", "2026-06-04 22:00"
    ]  # fmt: skip


def test_dates_that_settle_their_order_need_no_option_and_gaps_may_be_filled(run: Run, tmp_path: Path) -> None:
    options = ("--identifier", "Mél", "--column", "opposed_at=Désinscription", "--kind", "email")
    options += ("--channel", "all", "--origin", "group")
    status, output = run(SAMPLES / "group.csv", *options)
    assert status == 1
    assert "group.csv: line 3: Désinscription: expected an ISO 8601 instant" in output
    assert "or a date as dd/MM/yyyy HH:mm" in output
    assert run(SAMPLES / "group.csv", *options, "--opposed-at", "2026-05-01")[0] == 0
    assert [opposed for _, _, opposed, _ in registered(tmp_path)] == ["2026-04-13 07:30", "2026-04-30 22:00"]


def test_a_workbook_is_read_like_a_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = [
        ["Désinscrits"],
        [],
        ["Nom", "Courriel", "Le"],
        ["A", ADA, date(2026, 8, 1)],
        ["B", "s3cret", date(2026, 8, 2)],
    ]
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "crm.xlsx")
    layout = told("", "identifier=Courriel", "opposed_at=Le", kind="email", channel="sms", origin="CRM")
    good, bad = lines_of(tmp_path / "crm.xlsx", layout)
    assert good == line_of_own(tmp_path, ADA, "email", "sms", "2026-08-01", "CRM")
    assert isinstance(bad, RefusedLine)
    assert (bad.line_number, bad.faults[0].column) == (5, "Courriel")


def test_our_own_header_may_come_with_semicolons_and_without_recorded_at(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(
        f"identifier;kind;channel;opposed_at;origin\r\n{ADA};email;all;2026-08-01;été\r\n".encode("cp1252")
    )
    assert lines_of(path, OWN) == [line_of_own(tmp_path, ADA, "email", "all", "2026-08-01", "été")]


def test_a_row_that_is_none_is_refused_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_text(f"Mail;Nom\n{ADA};Ada\ns3cret;s3cret;s3cret\n\n{BOB};Bob\n", encoding="utf-8")
    layout = told("", "identifier=Mail", kind="email", channel="all", origin="CRM", opposed_at="2026-08-01")
    first, last, refused = lines_of(path, layout)
    assert isinstance(first, OppositionLine)
    assert isinstance(last, OppositionLine)
    assert isinstance(refused, RefusedLine)
    assert (refused.line_number, refused.faults[0].expected[:7]) == (3, "2 cells")
    assert "s3cret" not in repr(refused)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--profile", "mailchump"], "--profile mailchump: expected one of brevo, hubspot"),
        (["--column", "mail=Email"], "--column: expected OURS=THEIRS, ours one of identifier, kind"),
        (["--column", "Email"], "--column: expected OURS=THEIRS"),
        (["--kind", "mail"], "--kind: expected one of email, phone"),
        (["--opposed-at", "hier"], "--opposed-at: expected an ISO 8601 instant"),
        (["--date-pattern", "qq"], "--date-pattern 'qq'"),
        (["--identifier", "Courriel"], "expected the columns Courriel in its header"),
        (["--profile", "mailchimp"], "expected the columns Email Address, UNSUB_TIME in its header"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_done(
    run: Run, tmp_path: Path, options: list[str], message: str
) -> None:
    status, output = run(SAMPLES / "hubspot.csv", *options)
    assert (status, message in output, ADA in output) == (2, True, False), output
    assert not (tmp_path / "home").exists()


@pytest.fixture(scope="module")
def registry() -> Iterator[sa.Engine]:
    with TemporaryDirectory() as folder:
        yield open_registry(f"sqlite:///{folder}/registry.db")


PEOPLE = st.lists(
    st.tuples(
        st.from_regex(r"[a-z][a-z0-9]{0,8}(\+[a-z]{1,4})?@(gmail\.com|mail\.example)", fullmatch=True),
        st.datetimes(datetime(2015, 1, 1), datetime(2026, 8, 31)).map(lambda moment: moment.replace(microsecond=0)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=timedelta(seconds=10))
@given(
    people=PEOPLE,
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    name=st.text("éàZ az", max_size=6),
)
def test_a_file_read_through_a_profile_and_its_rows_in_our_header_are_the_same_registry_rows(
    registry: sa.Engine, people: list[tuple[str, datetime]], delimiter: str, encoding: str, name: str
) -> None:
    foreign, own = io.StringIO(), io.StringIO()
    writer = csv.writer(foreign, delimiter=delimiter)
    writer.writerow(["LEID", "Email Address", "Prénom", "UNSUB_TIME", "UNSUB_REASON"])
    writer.writerows([[number, who, name, f"{at:%Y-%m-%d %H:%M:%S}", ""] for number, (who, at) in enumerate(people)])
    csv.writer(own).writerows(
        [
            ["identifier", "kind", "channel", "opposed_at", "recorded_at", "origin"],
            *([who, "email", "email", at.isoformat(), NOW.isoformat(), "mailchimp"] for who, at in people),
        ]
    )
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "export.csv", Path(folder) / "own.csv"
        paths[0].write_bytes(foreign.getvalue().encode(encoding))
        paths[1].write_bytes(own.getvalue().encode())
        through, plain = lines_of(paths[0], told("mailchimp")), lines_of(paths[1], OWN)
    assert through == plain
    assert len(plain) == len(people)
    keyed = partial(import_oppositions, registry, key_id="identity-1", normalisation_version=2)
    keyed([line for line in through if isinstance(line, OppositionLine)])
    again = keyed([line for line in plain if isinstance(line, OppositionLine)])
    assert again == ImportCounts(0, 0, 0, len(people))
