"""The published method of scores, in dated versions: one file each (`methods/`), or of the house's own, whole.

What the numbers of its parts mean is in `points` (`scoring`) and `grades` (`grading`). Which deliveries count is the
method's `window`; from when a contract counts is in `contracts`.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import yaml

from pipelines.contracts.contract import Contract, contract_at_start, period_start
from pipelines.scores.grades import GradingMethod, grading_of
from pipelines.scores.method_error import MethodError
from pipelines.scores.points import ScoringMethod, scoring_of
from pipelines.vocabulary.bilingual import Bilingual

SHIPPED_FOLDER: Final = Path(__file__).with_name("methods")
ALL, CONTRACT, MONTH, TRAILING = "all", "contract_to_date", "month", "trailing_90_days"
WINDOWS: Final = (ALL, CONTRACT, MONTH, TRAILING)
TRAILING_DAYS: Final = 90
VERSION: Final = re.compile(r"[a-z0-9][a-z0-9._+-]{0,31}")


@dataclass(frozen=True)
class Promise:
    """Up to which correlation of defects the bounds hold, in [0, 1]: inside a delivery, and from one to the next."""

    within_deliveries: float
    between_deliveries: float

    def __post_init__(self) -> None:
        for name in ("within_deliveries", "between_deliveries"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"promise: {name}: expected a number between 0 and 1")


@dataclass(frozen=True)
class Method:
    """A version of the method."""

    version: str
    in_force_from: date
    formerly: tuple[str, ...]
    """What scores of it were stamped with before."""
    beside_until: date | None
    """Last day on which it and the version before are both shown."""
    window: str
    promise: Promise
    what_is_new: Bilingual
    scoring: ScoringMethod
    grading: GradingMethod
    digest: str
    """SHA-256 of what the file says, whatever its layout and comments."""

    @property
    def stamps(self) -> tuple[str, ...]:
        """Every word that scores of this version bear."""
        return (self.version, *self.formerly)

    def since(self, contracts: Sequence[Contract], on: date) -> date | None:
        """First delivery date that counts on a date; None where all do."""
        if self.window == MONTH:
            return on.replace(day=1)
        if self.window == TRAILING:
            return on - timedelta(days=TRAILING_DAYS)
        return period_start(contracts, on) if self.window == CONTRACT else None


@dataclass(frozen=True)
class Methods:
    """All versions that there are, in the order in which they came into force."""

    versions: tuple[Method, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Versions that a contract may name."""
        return tuple(method.version for method in self.versions)

    def named(self, stamp: str) -> Method | None:
        """The version that a contract names or a score bears; None where it is not there."""
        return next((method for method in self.versions if stamp in method.stamps), None)

    def in_force(self, on: date) -> Method:
        """The latest that was in force on a date; the first one for dates before it."""
        return next((one for one in reversed(self.versions) if one.in_force_from <= on), self.versions[0])

    def of_contract(self, contracts: Sequence[Contract], on: date) -> Method:
        """The version frozen for the contract period that a date lies in.

        It is the one that the contract at the period's start names, else the one that was in force then.

        Raises:
            MethodError: a version is named that is not there.
        """
        first = contract_at_start(contracts, on)
        if first is None:
            return self.in_force(on)
        if first.scoring_method is None:
            return self.in_force(first.valid_from)
        method = self.named(first.scoring_method)
        if method is None:
            raise MethodError(
                f"{first.vendor}, contract of {first.valid_from}: scoringMethod {first.scoring_method}: expected one "
                f"of {', '.join(self.words)}; bring the method's file back, or name another from the next renewal on"
            )
        return method

    def beside(self, method: Method, on: date) -> Method | None:
        """The version to show beside one on a date: the next while it is new, or the one before; None outside."""
        place = self.versions.index(method)
        for newer, other in ((place + 1, place + 1), (place, place - 1)):
            if 0 <= other < len(self.versions) and newer < len(self.versions) and _is_beside(self.versions[newer], on):
                return self.versions[other]
        return None


def shipped_methods() -> Methods:
    """The versions in the package."""
    return load_methods(None)


def load_methods(own: Path | None) -> Methods:
    """The versions in the package, and those of a folder of the house, if there is one.

    Raises:
        MethodError: a file is not whole or says what it should not, or two have the same version.
    """
    files = [*_method_files(SHIPPED_FOLDER), *(_method_files(own) if own else ())]
    return _methods_of(tuple(files), tuple(path.stat().st_mtime_ns for path in files))


@functools.cache
def _methods_of(files: tuple[Path, ...], changed_at: tuple[int, ...]) -> Methods:
    """Read once for as long as the files are as they are."""
    read = [(path, _read_method(path)) for path in files]
    stamps: dict[str, Path] = {}
    for path, method in read:
        for stamp in method.stamps:
            if stamp in stamps:
                raise MethodError(f"{path}: version {stamp}: {stamps[stamp].name} has it already; name another")
            stamps[stamp] = path
    return Methods(tuple(sorted((one for _, one in read), key=lambda one: (one.in_force_from, one.version))))


def _method_files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))


def _read_method(path: Path) -> Method:
    try:
        return _method_of(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        raise MethodError(f"{path}:{place.line + 1 if place else 1}: expected YAML") from None
    except (AttributeError, TypeError, ValueError, KeyError) as error:
        raise MethodError(
            f"{path}: a method has to be whole, every key as in {SHIPPED_FOLDER.name}/1.yaml: {error}"
        ) from None


def _method_of(written: Mapping[str, Any]) -> Method:
    if not isinstance(written, Mapping):
        raise TypeError("expected keys and values")
    _check_keys(written)
    if not isinstance(written["version"], str) or not VERSION.fullmatch(written["version"]):
        raise ValueError("version: expected a short word in quotes: lower-case letters, digits, . _ + -")
    if written["window"] not in WINDOWS:
        raise ValueError(f"window: expected one of {', '.join(WINDOWS)}")
    for name, is_needed in (("in_force_from", True), ("beside_until", False)):
        if (is_needed or written[name] is not None) and type(written[name]) is not date:
            raise ValueError(f"{name}: expected a date, such as 2027-01-01")
    parts = {
        "formerly": tuple(written["formerly"]),
        "promise": Promise(**written["promise"]),
        "what_is_new": Bilingual(**written["what_is_new"]),
        "scoring": scoring_of(written["scoring"]),
        "grading": grading_of(written["grading"]),
    }
    content = json.dumps(written, sort_keys=True, separators=(",", ":"), default=str)
    return Method(**{**written, **parts}, digest=sha256(content.encode()).hexdigest())


def _check_keys(written: Mapping[str, Any]) -> None:
    wanted = {field.name for field in fields(Method)} - {"digest"}
    if missing := sorted(wanted - set(written)):
        raise ValueError(f"missing: {', '.join(missing)}")
    if strange := sorted(map(str, set(written) - wanted)):
        raise ValueError(f"unknown: {', '.join(strange)}")


def _is_beside(newer: Method, on: date) -> bool:
    return newer.beside_until is not None and newer.in_force_from <= on <= newer.beside_until
