"""Contract files on disk: found, parsed and read, with the file, line and column of everything that is wrong.

What a contract means is in `contract`, what it should say in `lint`. Files are read at each call, and examined where
they hold something else than before.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from pipelines.contracts.contract import Contract, GoLiveDecision, contract_in_force
from pipelines.contracts.document import Issue, Severity
from pipelines.contracts.lint import STATUSES, lint
from pipelines.contracts.positioned_yaml import PositionedDocument, YamlError, parse_yaml
from pipelines.contracts.reading import read_document
from pipelines.contracts.stages import with_go_live, with_stages
from pipelines.contracts.standard import issues_of_text
from pipelines.rulebook.catalogue import Catalogue
from pipelines.vocabulary.words import VENDOR_KEY

SUFFIX: Final = ".odcs.yaml"
MAX_BYTES: Final = 1_000_000
INACTIVE: Final = frozenset(STATUSES) - {"active"}
DUE_DILIGENCE: Final = "due_diligence.yaml"
TENDER: Final = "tender.yaml"


@dataclass(frozen=True)
class ContractProblem:
    """One thing wrong with a contract file; line and column count from 1."""

    vendor: str
    file: Path
    line: int
    column: int
    severity: Severity
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message} ({self.remedy})"


@dataclass(frozen=True)
class ContractBook:
    """All contracts that may judge or wait to, and what is wrong with contracts."""

    contracts: Mapping[str, tuple[Contract, ...]]
    """By vendor, in order of `valid_from`; without the vendors that are skipped."""
    problems: tuple[ContractProblem, ...]
    skipped: tuple[str, ...] = ()
    """Vendors with a contract that can't be read, or has errors, and may be in force, sorted."""
    file_count: int = 0
    folders: tuple[str, ...] = ()
    """Every vendor that has a folder of contracts, also one that was not asked for, sorted."""

    @property
    def vendors(self) -> tuple[str, ...]:
        """Vendors with at least one active contract, all of theirs readable, sorted."""
        return tuple(
            vendor
            for vendor, contracts in sorted(self.contracts.items())
            if any(contract.status == "active" for contract in contracts)
        )

    def of(self, vendor: str) -> tuple[Contract, ...]:
        """A vendor's contracts in order of `valid_from`; empty for an unknown or skipped vendor."""
        return self.contracts.get(vendor, ())

    def with_go_live(self, decisions: Mapping[str, Sequence[GoLiveDecision]]) -> "ContractBook":
        """The book with what was decided of vendors, each in order."""
        told = {vendor: with_go_live(theirs, decisions.get(vendor, ())) for vendor, theirs in self.contracts.items()}
        return replace(self, contracts=told)

    def in_force(self, vendor: str, on: date) -> Contract | None:
        """The contract that judges a vendor's delivery on a date."""
        return contract_in_force(self.of(vendor), on)


@dataclass(frozen=True)
class ExaminedContract:
    """A contract file: the Contract, if it can be read and has no errors, and everything that is wrong with it."""

    contract: Contract | None
    problems: tuple[ContractProblem, ...]
    may_judge: bool = True
    """False when the file says, readable or not, that it is not in force (a draft)."""


def load_contracts(
    contracts: Path,
    *,
    vendors: Collection[str] = (),
    catalogue: Catalogue | None = None,
    methods: Collection[str] | None = None,
    is_use_asked: bool = True,
) -> ContractBook:
    """Contracts of all vendors, or of some, and all problems in order of vendor, file, line and column.

    A vendor with a contract that can't be read, or with errors, is skipped, unless that contract is a draft or
    retired. A folder that does not exist holds no contracts. Arguments are those of `lint`.
    """
    found: dict[str, tuple[Contract, ...]] = {}
    problems = _unfiled(contracts)
    skipped: list[str] = []
    file_count = 0
    for folder in vendor_folders(contracts):
        if vendors and folder.name not in vendors:
            continue
        examined = [
            examine_contract(path, catalogue=catalogue, methods=methods, is_use_asked=is_use_asked)
            for path in _contract_files(folder)
        ]
        file_count += len(examined)
        problems += [problem for one in examined for problem in one.problems] + _strays(folder)
        readable = tuple(one.contract for one in examined if one.contract is not None)
        if any(one.contract is None and one.may_judge for one in examined):
            skipped.append(folder.name)
        elif readable:
            found[folder.name] = with_stages(readable)
    folders = tuple(folder.name for folder in vendor_folders(contracts))
    return ContractBook(found, tuple(problems), tuple(skipped), file_count, folders)


def examine_contract(
    path: Path,
    *,
    catalogue: Catalogue | None = None,
    methods: Collection[str] | None = None,
    is_use_asked: bool = True,
) -> ExaminedContract:
    """Read one contract file and say everything that is wrong with it, in order of line and column."""
    try:
        content = _file_content(path)
    except YamlError as fault:
        return _unread_contract(path, fault)
    return _examined_content(path, content, catalogue, None if methods is None else tuple(methods), is_use_asked)


@lru_cache(maxsize=2_000)
def _examined_content(
    path: Path, content: bytes, catalogue: Catalogue | None, methods: tuple[str, ...] | None, is_use_asked: bool
) -> ExaminedContract:
    """Once for what a file holds: each step of a run asks for all its contracts."""
    vendor, valid_from = path.parent.name, _valid_from(path)
    misnamed = _naming_problems(path, valid_from)
    try:
        text = _yaml_text(content)
        document = parse_yaml(text)
    except YamlError as fault:
        return _unread_contract(path, fault)
    reading = read_document(
        document.data, vendor=vendor, valid_from=valid_from or date.min, digest=sha256(content).hexdigest()
    )
    issues = lint(
        document.data,
        reading,
        catalogue=catalogue,
        methods=methods,
        by_standard=issues_of_text(text),
        is_use_asked=is_use_asked,
    )
    problems = sorted(
        (_problem_of_issue(issue, document, path) for issue in issues),
        key=lambda one: (one.line, one.column, one.message),
    )
    is_faulty = bool(misnamed) or any(problem.severity == "error" for problem in problems)
    contract = None if is_faulty else reading.contract
    return ExaminedContract(contract, (*misnamed, *problems), reading.terms.status not in INACTIVE)


def _unread_contract(path: Path, fault: YamlError) -> ExaminedContract:
    problem = ContractProblem(path.parent.name, path, fault.line, fault.column, "error", fault.message, fault.remedy)
    return ExaminedContract(None, (*_naming_problems(path, _valid_from(path)), problem))


def vendor_folders(contracts: Path) -> list[Path]:
    """The folders of vendors, by name; none when there is no such folder."""
    if not contracts.is_dir():
        return []
    return sorted(path for path in contracts.iterdir() if path.is_dir() and not path.name.startswith("."))


def _unfiled(contracts: Path) -> list[ContractProblem]:
    """Contracts that lie beside the vendors' folders."""
    message, remedy = "the contract is in no vendor's folder", "move it to <vendor>/"
    return [
        ContractProblem("", path, 1, 1, "warning", message, remedy) for path in sorted(contracts.glob(f"*{SUFFIX}"))
    ]


def _contract_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX) and not path.name.startswith("."))


def _strays(folder: Path) -> list[ContractProblem]:
    """Files that someone may take for contracts, and folders without any."""
    strays = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in (".yaml", ".yml")
        and not path.name.endswith(SUFFIX)
        and not path.name.startswith(".")
        and path.name not in (DUE_DILIGENCE, TENDER)
    ]
    problems = [_problem_of_file(path, folder.name, "not read as a contract", "warning") for path in strays]
    if not _contract_files(folder) and not (folder / TENDER).exists():  # one that is still being chosen has none
        problems.append(_problem_of_file(folder, folder.name, "the vendor has no contract", "warning"))
    return problems


def _problem_of_file(file: Path, vendor: str, message: str, severity: Severity) -> ContractProblem:
    return ContractProblem(vendor, file, 1, 1, severity, message, f"name contracts <valid_from>{SUFFIX}")


def _valid_from(path: Path) -> date | None:
    name = path.name.removesuffix(SUFFIX)
    try:
        return date.fromisoformat(name) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", name) else None
    except ValueError:
        return None


def _naming_problems(path: Path, valid_from: date | None) -> tuple[ContractProblem, ...]:
    vendor = path.parent.name
    problems = []
    if not VENDOR_KEY.fullmatch(vendor):
        message, remedy = "the folder's name is no vendor key", "2 to 32 of a-z, 0-9 and -, not beginning with -"
        problems.append(ContractProblem(vendor, path, 1, 1, "error", message, remedy))
    if valid_from is None or not path.name.endswith(SUFFIX):
        message, remedy = "the file's name is no validity start", f"name it like 2026-08-11{SUFFIX}"
        problems.append(ContractProblem(vendor, path, 1, 1, "error", message, remedy))
    return tuple(problems)


def _file_content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise YamlError(f"the file can't be opened: {error.strerror}", "check its rights") from None
    if len(content) > MAX_BYTES:
        raise YamlError("the file is larger than 1 MB", "a contract is a few kilobytes")
    return content


def _yaml_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise YamlError("the file is not UTF-8", "save it as UTF-8", line, column) from None


def _problem_of_issue(issue: Issue, document: PositionedDocument, path: Path) -> ContractProblem:
    line, column = document.position(issue.path, is_key=issue.is_about_key)
    return ContractProblem(path.parent.name, path, line, column, issue.severity, issue.message, issue.remedy)
