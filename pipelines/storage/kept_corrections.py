"""The rows of `corrections` as they are kept: only ever added to, checked by digest, and which of them still correct.

A row corrects the account that was published of a day. Where the day is judged anew and comes out otherwise, its rows
are history: the new account has what they gave back, or charges what they charged. Nothing here can be made anew from
what was delivered: when it became known is known by these rows alone.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.storage.lake import Lake
from pipelines.storage.noted_files import fault_of_noted, noted_digests
from pipelines.vocabulary.clock import as_lake

TABLE: Final = "corrections"
ASIDE: Final = ".damaged"
"""What the name of a damaged file ends in once it was put aside."""


class DamagedCorrectionsError(RuntimeError):
    """Corrections are not what was written; the message names file and remedy, and quotes nothing."""


def recorded_corrections(lake: Lake, vendor: str) -> pa.Table:
    """Every row that was ever added for a vendor.

    Raises:
        DamagedCorrectionsError: the file is not what was written.
    """
    path = lake.vendor_file(TABLE, vendor)
    if fault := fault_of_noted(path):
        raise DamagedCorrectionsError(
            f"{path} {fault}: restore it with {path.parent.name} from a backup, or run `opposable lake repair`: "
            "what became known is then found anew, and counts from that run on"
        )
    return lake.read_vendor(TABLE, vendor)


def standing_corrections(lake: Lake, vendor: str, as_of: datetime | None = None) -> pa.Table:
    """The rows that correct what is published of a vendor now; as of an instant (aware), those known by then.

    Raises:
        DamagedCorrectionsError: the file is not what was written.
    """
    recorded = recorded_corrections(lake, vendor)
    if as_of is not None:
        known = pc.less_equal(recorded["known_at"], pa.scalar(as_lake(as_of), pa.timestamp("us")))
        recorded = recorded.filter(known)
    days = recorded["delivery_date"].unique().to_pylist()
    return of_accounts(recorded, {day: account_digest(lake, vendor, day) for day in days})


def of_accounts(recorded: pa.Table, accounts: Mapping[date, str]) -> pa.Table:
    """The rows that correct one of some accounts, by delivery date."""
    rows = zip(recorded["delivery_date"].to_pylist(), recorded["account_digest"].to_pylist(), strict=True)
    return recorded.filter(pa.array([accounts.get(day) == digest for day, digest in rows], pa.bool_()))


def account_digest(lake: Lake, vendor: str, day: date) -> str:
    """What is published of a judged day, as SHA-256 over its tables' digests."""
    return sha256(json.dumps(lake.digests(vendor, day, "scorecards"), sort_keys=True).encode()).hexdigest()


def damaged_corrections(lake: Lake) -> dict[str, str]:
    """Vendor -> what is wrong with its corrections, of those with whom something is."""
    folders = sorted((lake.root / TABLE).glob("vendor=*"))
    vendors = [folder.name.removeprefix("vendor=") for folder in folders]
    faults = {vendor: fault_of_noted(lake.vendor_file(TABLE, vendor)) for vendor in vendors}
    return {vendor: f"{TABLE} {fault}" for vendor, fault in faults.items() if fault}


def put_aside(lake: Lake, vendor: str) -> Path:
    """Leave damaged corrections under another name, so that they are found anew. The caller holds the lock."""
    path = lake.vendor_file(TABLE, vendor)
    aside = path.with_name(f"{path.name}{ASIDE}")
    if path.exists():
        path.replace(aside)
    noted_digests(path).unlink(missing_ok=True)
    return aside
