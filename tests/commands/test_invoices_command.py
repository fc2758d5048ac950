"""`opposable invoices check` as its users have it: a judged delivery, invoices in the inbox, and what is told."""

import csv
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.commands.invoices import app
from pipelines.simulation.invoices import WrittenInvoice, as_cii, as_ubl
from tests.support.invoice_market import many, one, written
from tests.support.receipt_lake import DAY, VENDOR, accepted, found, judged, lead, signed_house, use

OURS = "732829320"
"""In the contract of the tests, which has leads at 12.50 EUR."""
AS_OF = "2026-09-10"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three leads of one day; the second has no proof, and may be refused for it."""
    house = signed_house(tmp_path)
    references = ("L-1", "L-2", "L-3")
    judged(
        house,
        {
            "deliveries": [accepted("leads_1.csv", 3)],
            "leads": [lead(reference, row) for row, reference in enumerate(references, 1)],
            "verdicts": [use(reference, "email") for reference in references],
            "findings": [found("proof_individual_record", "L-2", "email")],
        },
    )
    return tmp_path


def put(home: Path, name: str, content: bytes) -> Path:
    path = home / "inbox" / VENDOR / "invoices" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def check(home: Path, *arguments: object) -> Result:
    asked = ["check", VENDOR, "--as-of", AS_OF, *map(str, arguments)]
    return CliRunner().invoke(app, asked, env={"OPPOSABLE_HOME": str(home)}, catch_exceptions=False)


def asked(number: str) -> WrittenInvoice:
    """Three leads by name at 12.50, and one that nobody delivered, named like a person."""
    leads = ("L-1", "L-2", "L-3", "jean.dupont@example.org")
    return written(
        number, *(one(place, reference, "12.50") for place, reference in enumerate(leads, 1)), advertiser_siren=OURS
    )


def test_invoices_of_the_inbox_are_told_in_words_a_page_a_table_and_a_message(home: Path) -> None:
    """37.50 delivered, of which 12.50 can be refused; 12.50 more for what was not delivered."""
    put(home, "a.xml", as_cii(asked("F-1")))
    result = check(home, "--lang", "fr")
    assert result.exit_code == 0
    assert "facture F-1\u00a0: dû 25,00\u00a0€, contesté 25,00\u00a0€" in result.output
    assert "réponse 206" in result.output
    (folder,) = (home / "invoices" / VENDOR).iterdir()
    assert sorted(path.name for path in folder.iterdir()) == [
        "claims.csv",
        "index.html",
        "invoice_lines.parquet",
        "lifecycle.xml",
    ]
    assert {oct(path.stat().st_mode & 0o777) for path in (folder, *folder.parents[:2])} == {"0o700"}
    assert {oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {"0o600"}
    with (folder / "claims.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [(row["lead_id"], row["cause"], row["rules"], row["amount"]) for row in rows] == [
        ("L-2", "claimable", "proof_individual_record", "12.50"),
        ("", "not_delivered", "", "12.50"),
    ]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "Facture F-1" in page
    assert "25,00\u00a0€" in page
    for path in folder.iterdir():
        assert b"dupont" not in path.read_bytes(), path.name


def test_the_same_invoice_gives_the_same_bytes_and_another_of_its_number_is_refused(home: Path) -> None:
    put(home, "a.xml", as_ubl(asked("F-1")))
    check(home)
    (folder,) = (home / "invoices" / VENDOR).iterdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    put(home, "b.xml", as_cii(written("F-1", many("1", DAY, DAY, 3, "12.50"), advertiser_siren=OURS)))
    result = check(home)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert "answer 210: Refused" in result.output
    assert "Another invoice has this number." in result.output


def test_what_can_not_be_read_is_told_and_the_others_are_checked(home: Path, tmp_path: Path) -> None:
    put(home, "a.xml", b"<!DOCTYPE a><a/>")
    good = put(home, "b.xml", as_ubl(written("F-2", one(1, "L-1", "12.50"), advertiser_siren=OURS)))
    result = check(home)
    assert result.exit_code == 1
    assert "a.xml can’t be read; expected: XML without a document type" in result.output
    assert "invoice F-2: due €12.50, disputed €0.00" in result.output
    assert check(home, good, "--out", tmp_path / "elsewhere").exit_code == 0
    assert (tmp_path / "elsewhere" / VENDOR).is_dir()


def test_no_invoice_and_no_vendor_are_refused(home: Path) -> None:
    assert check(home).exit_code == 2
    assert check(home, home / "no.xml").exit_code == 2
    result = CliRunner().invoke(app, ["check", "nobody"], env={"OPPOSABLE_HOME": str(home)})
    assert result.exit_code == 2
