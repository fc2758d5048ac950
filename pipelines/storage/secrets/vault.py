"""The vault: the only place that keeps leads' identifiers after the intake, encrypted to the house's age key.

`vault/vendor=<v>/delivery_date=<d>/part-<n>.parquet.age`, one part a chunk of the intake. Clear bytes are in memory
only. A day is replaced whole: parts are written aside and swapped in together. The caller holds the vendor's lock.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, make_folder
from pipelines.storage.secrets.age import Identity, encrypt, open_clear
from pipelines.storage.secrets.keys import VAULT, age_identities

IDENTIFIERS: Final = pa.schema(
    {
        "lead_id": pa.string(),
        "email": pa.string(),
        "phone": pa.string(),
        "first_name": pa.string(),
        "last_name": pa.string(),
        "other_phones": pa.list_(pa.string()),
        "file_digest": pa.string(),
        "row_number": pa.int64(),
    }
)
"""What a part holds, of each accepted lead. E-mail and phones are in their canonical form."""
_ASIDE: Final = ".aside"


class VaultError(RuntimeError):
    """The vault can't be written, or a part of it is no table. Names place, reason and mend; never a value."""


@dataclass(frozen=True)
class Vault:
    """A folder of encrypted parts, by vendor and delivery date."""

    root: Path
    keys: Path
    """Folder of the secrets: `vault-<n>.key`, of which the newest encrypts and all decrypt."""
    _begun: set[tuple[str, date]] = field(default_factory=set, compare=False, repr=False)

    def add(self, vendor: str, day: date, identifiers: pa.Table) -> None:
        """Write some leads' identifiers aside; columns of `IDENTIFIERS`, in any order. No rows, no part."""
        folder = self._aside(vendor, day)
        if (vendor, day) not in self._begun:
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
            self._begun.add((vendor, day))
        if not identifiers.num_rows:
            return
        clear = pa.BufferOutputStream()
        pq.write_table(identifiers.select(IDENTIFIERS.names).cast(IDENTIFIERS), clear, compression="zstd")
        encrypted = encrypt(clear.getvalue().to_pybytes(), self._identities[0])
        with self._writing():
            make_folder(self.root, folder, PRIVATE)
            part = folder / f"part-{len(list(folder.iterdir()))}.parquet.age"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(encrypted)

    def publish(self, vendor: str, day: date) -> None:
        """Replace a day by what was added since the last time; where nothing was, the day goes."""
        new, old = self._aside(vendor, day), self._folder(vendor, day)
        is_begun = (vendor, day) in self._begun
        self._begun.discard((vendor, day))
        replaced = new.with_name(f"{new.name}.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        with self._writing():
            if old.exists():
                make_folder(self.root, replaced.parent, PRIVATE)
                os.replace(old, replaced)
            if is_begun and new.exists():
                make_folder(self.root, old.parent, PRIVATE)
                os.replace(new, old)
        shutil.rmtree(replaced, ignore_errors=True)
        shutil.rmtree(new, ignore_errors=True)

    def read(self, vendor: str, day: date) -> pa.Table:
        """The identifiers of a day's leads; none where the vault holds nothing of it.

        Raises:
            BrokenSealError: a part can't be decrypted with the keys of the house.
            VaultError: what a part holds is no table.
        """
        return pa.concat_tables([IDENTIFIERS.empty_table(), *map(self._read_part, self.parts(vendor, day))])

    def read_lead(self, vendor: str, day: date, lead_id: str) -> pa.Table:
        """The identifiers of one lead of a day; no row where the vault does not hold it."""
        found = (self._read_part(part) for part in self.parts(vendor, day))
        rows = (table.filter(pc.equal(table["lead_id"], lead_id)) for table in found)
        return pa.concat_tables([IDENTIFIERS.empty_table(), *rows])

    def parts(self, vendor: str, day: date) -> list[Path]:
        """The encrypted files of a day, in the order in which they were added."""
        paths = self._folder(vendor, day).glob("part-*.parquet.age")
        return sorted(paths, key=lambda path: int(path.name.removeprefix("part-").partition(".")[0]))

    def digest(self, vendor: str, day: date) -> str:
        """SHA-256, lower-case hex, of the encrypted files of a day; that of nothing where there are none."""
        digests = [digest_of_file(part) for part in self.parts(vendor, day)]
        return sha256(" ".join(digests).encode()).hexdigest()

    def days(self, vendor: str) -> list[date]:
        """Days of which the vault holds something, in order."""
        paths = (self.root / f"vendor={vendor}").glob("delivery_date=*")
        return sorted(date.fromisoformat(path.name.removeprefix("delivery_date=")) for path in paths)

    def vendors(self) -> list[str]:
        """Vendors of which the vault holds something."""
        return sorted(path.name.removeprefix("vendor=") for path in self.root.glob("vendor=*"))

    def purge(self, vendor: str, day: date) -> None:
        """Remove what the vault holds of a day, if anything; what can't be removed raises."""
        folder = self._folder(vendor, day)
        if folder.exists():
            shutil.rmtree(folder)

    def discard_aside(self, vendor: str) -> None:
        """Remove what killed runs had written of a vendor."""
        shutil.rmtree(self.root / _ASIDE / f"vendor={vendor}", ignore_errors=True)

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return age_identities(self.keys, VAULT, encrypted=lambda: self.root.rglob("*.age"))

    def encrypted(self, content: bytes) -> bytes:
        """Something else that holds what the vault holds, encrypted as the vault is."""
        return encrypt(content, self._identities[0])

    def decrypted(self, path: Path) -> bytes:
        """The clear bytes of a file that was encrypted so.

        Raises:
            BrokenSealError: it can't be decrypted with the keys of the house.
        """
        with open_clear(path, self._identities) as clear:
            return clear.read()

    def confirm_keys(self) -> None:
        """Make sure that the keys open what is kept.

        Raises:
            KeyMissingError, ValueError: they are gone, no keys, or others.
        """
        if self.vendors():
            _ = self._identities

    def _read_part(self, path: Path) -> pa.Table:
        with open_clear(path, self._identities) as clear:
            content = clear.read()
        try:
            return pq.read_table(pa.py_buffer(content)).cast(IDENTIFIERS)
        except (pa.ArrowException, OSError, KeyError):
            raise VaultError(f"{path} holds no table of identifiers: restore it from your backup") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VaultError(
                f"the vault {self.root} can't be written: {error.strerror or type(error).__name__}; give the house's "
                "user the right and the space to write there, or set OPPOSABLE_VAULT"
            ) from None

    def _folder(self, vendor: str, day: date) -> Path:
        """Where the parts of a day lie."""
        return self.root / f"vendor={vendor}" / f"delivery_date={day.isoformat()}"

    def _aside(self, vendor: str, day: date) -> Path:
        return self.root / _ASIDE / f"vendor={vendor}" / f"delivery_date={day.isoformat()}"
