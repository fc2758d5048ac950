"""Which folders of the house belong to which writer, and travel with it.

What stays on its machine: keys, contracts and rules, which the operator lays down; the registry and Dagster's instance,
which are databases; and what each machine makes anew for itself, such as the marts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE
from pipelines.settings import Settings
from pipelines.storage.folders import PRIVATE, SHARED
from pipelines.vocabulary.tables import TABLES
from pipelines.vocabulary.words import VENDOR_KEY

INBOX: Final = "inbox"
OUTBOX: Final = "outbox"
LAW: Final = "law"
HOUSE: Final = "_house"
"""The writer of what is of no vendor."""
_REGISTRY: Final = "_registry"
_KEYS: Final = "_keys"
OF_NO_VENDOR: Final = (HOUSE, _REGISTRY, _KEYS)
_TABLES_OF_NO_VENDOR: Final = ("oppositions", "usable_leads")
_ANNOUNCED: Final = "announced_rules.yaml"


@dataclass(frozen=True)
class SharedFolder:
    """A folder that travels."""

    name: str
    """What its files' paths begin with in a generation."""
    root: Path
    """The operator's; below it no link is followed."""
    folder: Path
    mode: int = PRIVATE
    is_exact: bool = False
    """Written under its writer's lease alone: what a killed writer left here goes once others have published."""
    is_flat: bool = False
    """Only the files that lie directly in the folder."""
    only: str = ""
    """Only the file of this name, if given."""
    from_outside: str = ""
    """Name of files of an exact part that others lay there without a lease, if any do."""

    def holds(self, name: str) -> bool:
        """Whether a path of a generation belongs to it."""
        return name.startswith(f"{self.name}/")

    def holds_exactly(self, name: str) -> bool:
        """Whether it does, and is written under the writer's lease alone."""
        return self.is_exact and self.holds(name) and name.rpartition("/")[2] != self.from_outside


def is_shared(whose: str) -> bool:
    """Whether a writer of the lake is one on all machines; others work for their own machine."""
    return whose in OF_NO_VENDOR or VENDOR_KEY.fullmatch(whose) is not None


def parts_of(settings: Settings, whose: str) -> list[SharedFolder]:
    """The folders of a writer."""
    if whose == _KEYS:
        return []
    if whose == _REGISTRY:
        return [_table(settings, "oppositions", "", is_exact=True)]
    return _parts_of_house(settings) if whose == HOUSE else _parts_of_vendor(settings, whose)


def loose_parts_of(settings: Settings, whose: str) -> list[SharedFolder]:
    """Those of them that are written without their writer's lease, too, or where others drop files."""
    return [
        part for part in parts_of(settings, whose) if part.name == OUTBOX or (not part.is_exact and part.name != INBOX)
    ]


def vendors_here(settings: Settings) -> list[str]:
    """Vendors of whom anything lies in a loose part on this machine."""
    places = (settings.outbox, settings.dossiers, settings.decisions, settings.annexes, settings.disputes)
    names = {folder.name for place in (*places, settings.invoices) for folder in place.glob("*") if folder.is_dir()}
    return sorted(filter(VENDOR_KEY.fullmatch, names))


def _parts_of_vendor(settings: Settings, vendor: str) -> list[SharedFolder]:
    tables = [table for table in TABLES if table not in _TABLES_OF_NO_VENDOR]
    loose = ("dossiers", "decisions", "annexes", "disputes", "invoices")
    return [
        SharedFolder(INBOX, settings.inbox, settings.inbox / vendor, SHARED),
        SharedFolder("state", settings.state, settings.state / vendor, is_exact=True),
        SharedFolder("vault", settings.vault, settings.vault / f"vendor={vendor}", is_exact=True),
        *(_table(settings, table, f"vendor={vendor}", is_exact=True) for table in tables),
        SharedFolder(
            OUTBOX, settings.outbox, settings.outbox / vendor, SHARED, is_exact=True, from_outside=ACKNOWLEDGEMENT_FILE
        ),
        *(SharedFolder(name, getattr(settings, name), getattr(settings, name) / vendor) for name in loose),
    ]


def _parts_of_house(settings: Settings) -> list[SharedFolder]:
    return [
        _table(settings, "usable_leads", "", is_exact=True),
        *(SharedFolder(name, settings.home / name, settings.home / name) for name in (LAW, "exports", "comparisons")),
        SharedFolder("dossiers", settings.dossiers, settings.dossiers, is_flat=True),
        SharedFolder("announced", settings.home, settings.home, is_flat=True, only=_ANNOUNCED),
    ]


def _table(settings: Settings, table: str, below: str, *, is_exact: bool = False) -> SharedFolder:
    return SharedFolder(f"lake/{table}", settings.lake, settings.lake / table / below, is_exact=is_exact)
