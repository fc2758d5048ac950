"""Signs that something was delivered, purged, agreed or ruled: files that judging reads, by size and time of change."""

from pathlib import Path
from typing import Final

from pipelines.house import House

_OF_ALL: Final = ("contracts/*/*", "rules/**/*")
_OF_VENDOR: Final = ("lake/deliveries/vendor={vendor}/*/*.parquet", "vault/vendor={vendor}/*")
"""What changes with a delivery or a purge; oppositions and decisions are asked of the registry."""
_QUICK: Final = ("lake/.aside", "vault/*", *_OF_ALL)
"""What changes before the others do, or with them: few places, however much is held."""


def writers_seen(house: House) -> int:
    """Another number once a writer of the lake began or ended; cheap enough to ask before every answer."""
    try:
        return (house.settings.lake / ".aside").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def quick_signs(house: House) -> str:
    """Other signs once a contract or rule changed, or anything was delivered or purged by this program."""
    return _fingerprint(house, _QUICK)


def signs_of_all(house: House) -> str:
    """Other signs once a contract or a rule changed."""
    return _fingerprint(house, _OF_ALL)


def signs_of_vendor(house: House, vendor: str) -> str:
    """Other signs once something of a vendor was delivered or purged."""
    return _fingerprint(house, [pattern.format(vendor=vendor) for pattern in _OF_VENDOR])


def _fingerprint(house: House, patterns: tuple[str, ...] | list[str]) -> str:
    places = [path for pattern in patterns for path in _files_like(house, pattern)]
    return repr(sorted((str(path), stat.st_mtime_ns, stat.st_size) for path in places if (stat := path.stat())))


def _files_like(house: House, pattern: str) -> list[Path]:
    first, _, rest = pattern.partition("/")
    root: Path = getattr(house.settings, first)
    return [path for path in root.glob(rest) if path.exists()] if root.is_dir() else []
