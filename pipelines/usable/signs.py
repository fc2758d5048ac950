"""Signs that something was delivered, purged, agreed or ruled: files that judging reads, by size and time of change."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pipelines.house import House

_OF_VENDOR: Final = ("lake/deliveries/vendor={vendor}/*/*.parquet", "vault/vendor={vendor}/*")
"""What changes with a delivery or a purge; oppositions and decisions are asked of the registry."""


def quick_signs(house: House, vendors: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By vendor, another sign once something of it was published or purged; cheap enough to ask before every answer.

    In a lake of before, whose writers left no stamp, once a writer of any vendor began or ended.
    """
    lake, vault = house.lake, house.settings.vault
    return {
        vendor: (
            _place_changed_at(lake.stamp(vendor)) or _place_changed_at(lake.aside(vendor).parent),
            _place_changed_at(vault / f"vendor={vendor}"),
        )
        for vendor in vendors
    }


def signs_of_rules(house: House) -> str:
    """Other signs once a rule changed."""
    return _fingerprint(_files_like(house, "rules/**/*"))


def signs_of_contracts(house: House) -> dict[str, str]:
    """By vendor, other signs once a contract of it, or what lies beside one, changed."""
    places: dict[str, list[Path]] = {}
    for path in _files_like(house, "contracts/*/*"):
        places.setdefault(path.parent.name, []).append(path)
    return {vendor: _fingerprint(paths) for vendor, paths in places.items()}


def signs_of_vendor(house: House, vendor: str) -> str:
    """Other signs once something of a vendor was delivered or purged."""
    patterns = [pattern.format(vendor=vendor) for pattern in _OF_VENDOR]
    return _fingerprint(path for pattern in patterns for path in _files_like(house, pattern))


def _fingerprint(places: Iterable[Path]) -> str:
    return repr(
        sorted((str(path), stat.st_mtime_ns, stat.st_size) for path in places if (stat := _stat_if_there(path)))
    )


def _files_like(house: House, pattern: str) -> list[Path]:
    first, _, rest = pattern.partition("/")
    root: Path = getattr(house.settings, first)
    try:
        return list(root.glob(rest))
    except FileNotFoundError:  # a folder went while it was listed: another sign than before, and than after
        return []


def _place_changed_at(path: Path) -> int:
    """Nanoseconds since 1970; 0 where nothing is."""
    stat = _stat_if_there(path)
    return stat.st_mtime_ns if stat else 0


def _stat_if_there(path: Path) -> os.stat_result | None:
    """None where nothing is: a writer may take it away between the listing of a folder and the look."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
