"""Contract folders: the book of all that can be read, and the command that says what is wrong."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.commands.contracts import app
from pipelines.contracts.book import examine_contract, load_contracts
from tests.support.contract_files import FIXTURE, VALID, changed, only_problem, place, shipped_catalogue, write


def test_names_of_files_and_folders_are_checked(tmp_path: Path) -> None:
    misnamed = examine_contract(write(tmp_path, VALID, name="2026-1-1.odcs.yaml"))
    assert "no validity start" in only_problem(misnamed).message
    impossible = examine_contract(write(tmp_path, VALID, name="2026-02-30.odcs.yaml"))
    assert "no validity start" in only_problem(impossible).message
    unfit = examine_contract(write(tmp_path, VALID, vendor="Exemple Leads"))
    assert "no vendor key" in only_problem(unfit).message
    assert (misnamed.contract, impossible.contract, unfit.contract) == (None, None, None)


def test_a_contract_that_is_a_folder_or_absent_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "exemple-leads" / "2026-01-01.odcs.yaml").mkdir(parents=True)
    for name in ("2026-01-01.odcs.yaml", "2026-01-02.odcs.yaml"):
        examined = examine_contract(tmp_path / "exemple-leads" / name)
        assert examined.contract is None
        assert "can't be opened" in only_problem(examined).message


def test_a_book_holds_each_vendors_contracts_in_order_of_validity(tmp_path: Path) -> None:
    for name in ("2026-08-11", "2026-01-01"):
        write(tmp_path, VALID, name=f"{name}.odcs.yaml")
    write(tmp_path, VALID, vendor="autre")
    write(tmp_path, VALID.replace("status: active", "status: draft"), name="2026-06-01.odcs.yaml")
    write(tmp_path, "anything: goes\n", name="due_diligence.yaml")
    book = load_contracts(tmp_path)
    assert (book.vendors, book.problems, book.skipped, book.file_count) == (("autre", "exemple-leads"), (), (), 4)
    assert [contract.valid_from.month for contract in book.of("exemple-leads")] == [1, 6, 8]


def test_the_contract_in_force_is_the_latest_active_one(tmp_path: Path) -> None:
    write(tmp_path, VALID)
    write(tmp_path, VALID.replace("1.2.0", "2.0.0"), name="2026-08-11.odcs.yaml")
    write(tmp_path, VALID.replace("status: active", "status: draft"), name="2026-08-12.odcs.yaml")
    book = load_contracts(tmp_path)
    versions = {
        day: contract and contract.version
        for day in (date(2025, 12, 31), date(2026, 8, 10), date(2026, 8, 11), date(2026, 9, 1))
        for contract in [book.in_force("exemple-leads", day)]
    }
    assert list(versions.values()) == [None, "1.2.0", "2.0.0", "2.0.0"]
    assert book.in_force("nobody", date(2026, 9, 1)) is None


def test_a_vendor_with_an_unreadable_contract_is_skipped_and_named(tmp_path: Path) -> None:
    write(tmp_path, VALID)
    write(tmp_path, changed("value: 72, unit: h", "value: soon"), name="2026-08-11.odcs.yaml")
    write(tmp_path, VALID, vendor="autre")
    book = load_contracts(tmp_path)
    assert (book.vendors, book.skipped, book.of("exemple-leads")) == (("autre",), ("exemple-leads",), ())
    assert {problem.vendor for problem in book.problems} == {"exemple-leads"}
    assert {problem.file.name for problem in book.problems} == {"2026-08-11.odcs.yaml"}


@pytest.mark.fault(
    area="vendors",
    fault="A draft of a contract can't be read",
    promise="It is reported, and the vendor is judged by the contract in force.",
)
def test_an_unreadable_draft_is_reported_and_skips_nobody(tmp_path: Path) -> None:
    write(tmp_path, VALID)
    draft = changed("value: 72, unit: h", "value: soon").replace("status: active", "status: draft")
    write(tmp_path, draft, name="2027-01-01.odcs.yaml")
    book = load_contracts(tmp_path)
    assert (book.vendors, book.skipped) == (("exemple-leads",), ())
    assert [problem.severity for problem in book.problems] == ["error", "error"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("consent: 0.01", "consent: 0.02"), ("priceUnit: lead", "priceUnti: lead")],
    ids=["ours", "standard"],
)
def test_a_contract_whose_lint_has_errors_does_not_judge(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, changed(old, new))
    book = load_contracts(tmp_path)
    assert (book.vendors, book.skipped) == ((), ("exemple-leads",))
    assert [problem.severity for problem in book.problems] == ["error"]
    write(tmp_path, changed(old, new).replace("status: active", "status: draft"))
    assert load_contracts(tmp_path).skipped == ()


def test_a_refusal_ground_that_is_no_rule_keeps_a_contract_from_judging(tmp_path: Path) -> None:
    write(tmp_path, changed("value: [lead_duplicate, ", "value: [lead_duplicates, "))
    assert load_contracts(tmp_path, catalogue=shipped_catalogue()).skipped == ("exemple-leads",)
    assert load_contracts(tmp_path).skipped == ()


def test_a_vendor_judges_on_where_lint_only_warns(tmp_path: Path) -> None:
    write(tmp_path, changed("quality: 0.05", "quality: 0.06"))
    book = load_contracts(tmp_path)
    assert book.vendors == ("exemple-leads",)
    assert [problem.severity for problem in book.problems] == ["warning"]


def test_only_drafts_make_no_vendor(tmp_path: Path) -> None:
    write(tmp_path, VALID.replace("status: active", "status: draft"))
    book = load_contracts(tmp_path)
    assert (book.vendors, book.problems) == ((), ())


def test_files_that_look_like_contracts_are_pointed_out(tmp_path: Path) -> None:
    write(tmp_path, VALID, name="2026-01-01.odcs.yml")
    (tmp_path / "2026-01-01.odcs.yaml").write_text(VALID, encoding="utf-8")
    messages = [problem.message for problem in load_contracts(tmp_path).problems]
    expected = ["the contract is in no vendor's folder", "not read as a contract", "the vendor has no contract"]
    assert messages == expected


def test_no_folder_holds_no_contracts(tmp_path: Path) -> None:
    book = load_contracts(tmp_path / "nothing")
    assert (book.vendors, book.problems, book.contracts) == ((), (), {})


def lint(home: Path, *vendors: str) -> Result:
    return CliRunner().invoke(app, ["lint", *vendors], env={"OPPOSABLE_HOME": str(home)})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(FIXTURE.parent, tmp_path / "contracts" / "exemple-leads")
    return tmp_path


def test_lint_ends_with_0_when_contracts_are_right_or_only_warned_about(home: Path) -> None:
    clean = lint(home)
    assert (clean.exit_code, clean.stdout) == (0, f"1 contracts in {home / 'contracts'}: 0 errors, 0 warnings\n")
    write(home / "contracts", changed("quality: 0.05", "quality: 0.1"))
    warned = lint(home)
    assert warned.exit_code == 0
    assert warned.stdout.endswith("0 errors, 1 warnings\n")


def test_lint_prints_each_problem_with_its_place_and_ends_with_1_on_errors(home: Path) -> None:
    text = changed("unique: true", "uniq: true")
    path = write(home / "contracts", text)
    result = lint(home, "exemple-leads")
    line, column = place(text, "uniq: ")
    problem = f"{path}:{line}:{column}: error: unknown key 'uniq' (did you mean unique?)"
    assert result.stdout.splitlines() == [problem, f"1 contracts in {home / 'contracts'}: 1 errors, 0 warnings"]
    assert result.exit_code == 1


def test_lint_looks_at_the_vendors_asked_for_only(home: Path) -> None:
    write(home / "contracts", "nothing", vendor="autre")
    assert lint(home, "exemple-leads").exit_code == 0
    assert lint(home, "exemple-leads", "autre").exit_code == 1


def test_lint_ends_with_2_for_an_unknown_vendor(home: Path) -> None:
    result = lint(home, "exemple-lead")
    assert result.exit_code == 2
    assert "did you mean exemple-leads?" in result.stderr
