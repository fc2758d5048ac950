"""Changed rules are announced once: a notice for every vendor beside its receipts, then the rules noted as announced.

What a notice says is in `change_notices`; how the announced rules are kept, in `rulebook.announced`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.comparisons.change_notices import ChangeNotice
from pipelines.comparisons.rule_differences import changed_values, rule_differences
from pipelines.comparisons.rules_compared import compare_rules
from pipelines.comparisons.standpoints import whole_days
from pipelines.contracts.book import ContractBook
from pipelines.engines.interface import Engine
from pipelines.receipts.outbox import Outbox
from pipelines.rulebook.announced import read_rules
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_text
from pipelines.rulebook.yaml_files import CatalogueError
from pipelines.scores.method import Methods
from pipelines.scores.method_error import MethodError
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.lake import Lake
from pipelines.verdicts.judge import Judge
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import LANGUAGES, words

ANNOUNCED: Final = "announced_rules.yaml"
SPAN_DAYS: Final = 90
"""How many days of deliveries are judged under both catalogues, unless told otherwise."""


class AnnouncementError(ValueError):
    """Nobody can be told yet; the message says why and what would mend it."""


class UnreadContractsError(AnnouncementError):
    """Vendors whose contract can't be read would never be told of this change."""

    def __init__(self, vendors: Iterable[str]) -> None:
        """Names them."""
        self.vendors = sorted(vendors)
        super().__init__(
            f"contracts that can't be read: {', '.join(self.vendors)}; nobody is told before they are mended"
        )


@dataclass(frozen=True)
class Announced:
    """What was done."""

    digest: str
    """Of the rules of now."""
    is_first: bool
    """Whether no rules had been announced before: then nobody is told anything."""
    paths: tuple[Path, ...]
    """The notices; none where nothing changed."""


@dataclass(frozen=True)
class Announcements:
    """Tells vendors of the rules of now."""

    engine: Engine
    outbox: Outbox
    home: Path
    refresh_oppositions: Callable[[], object]
    lake_of: Callable[[str], AbstractContextManager[Lake]]
    """A vendor's lake as found, under its lock."""
    methods: Callable[[], Methods]
    """Versions of the method of scores, read when there is something to compare."""

    def announce(self, after: Catalogue, book: ContractBook, at: datetime, span: int = SPAN_DAYS) -> Announced:
        """Prepare what is to be told, for all vendors or for none; then note the rules. `at`: knowledge instant, aware.

        Raises:
            AnnouncementError: a contract or its method of scores can't be read; or the rules announced last.
            RegistryError, KeysError: past days can't be judged.
            SettingsError: the folder of own methods of scores is not there.
        """
        path = self.home / ANNOUNCED
        before = _announced_rules(path) if path.exists() else None
        if before is not None and before.digest == after.digest:
            return Announced(after.digest, False, ())
        try:
            told = list(self._notices(before, after, book, at, span)) if before else []
        except MethodError as error:
            raise AnnouncementError(f"{error}; nobody is told before it is mended") from None
        paths = tuple(written for notice in told for written in self._written_notice(notice))
        self.home.mkdir(parents=True, exist_ok=True)
        with replacing(self.home, path, PRIVATE) as file:
            file.write(catalogue_text(after).encode())
        return Announced(after.digest, before is None, paths)

    def _notices(
        self, before: Catalogue, after: Catalogue, book: ContractBook, at: datetime, span: int
    ) -> Iterator[ChangeNotice]:
        if book.skipped:
            raise UnreadContractsError(book.skipped)
        on = paris_date(at)
        self.refresh_oppositions()
        methods = self.methods()
        told = rule_differences(before, after), changed_values(before, after)
        for vendor in book.vendors:
            with self.lake_of(vendor) as lake:
                judges = (
                    Judge(engine=self.engine, lake=lake, catalogue=before),
                    Judge(engine=self.engine, lake=lake, catalogue=after),
                )
                days = _days_until(whole_days(lake, vendor), on, span)
                compared = compare_rules(
                    self.engine, lake, judges, vendor, book.of(vendor), days, methods=methods, as_of=at
                )
            yield ChangeNotice(on, before, after, *told, compared, days, span)

    def _written_notice(self, notice: ChangeNotice) -> list[Path]:
        """Under the vendor's lock: what lies in an outbox otherwise is taken for what a killed run left."""
        with self.lake_of(notice.compared.vendor):
            return list(self._write_notice(notice))

    def _write_notice(self, notice: ChangeNotice) -> Iterator[Path]:
        vendor, digest = notice.compared.vendor, notice.after.digest[:12]
        for language in LANGUAGES:
            name = f"rules_{digest}.{language}.txt"
            with self.outbox.replacing(vendor, notice.on, name) as file:
                file.write(notice.text(words(language)).encode())
            yield self.outbox.folder(vendor, notice.on) / name


def _announced_rules(path: Path) -> Catalogue:
    try:
        return read_rules(path)
    except CatalogueError as error:
        raise AnnouncementError(
            f"{error}\nexpected rules that this version can read: move {path} away, and changes are told from now on"
        ) from None


def _days_until(published: Sequence[date], on: date, span: int) -> list[date]:
    return sorted(day for day in published if on - timedelta(days=span) <= day <= on)
