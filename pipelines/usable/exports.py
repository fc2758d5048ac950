"""Call lists handed out: noted in the registry, then kept and written, encrypted; removed after some days.

`exports/<export_id>/` holds the list, which its recipient alone opens, and the record of its entries, which the house
alone opens. Clear bytes are in memory only.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.house import House
from pipelines.identifiers.errors_without_values import LeftVendors
from pipelines.storage.folders import PRIVATE, replacing
from pipelines.storage.secrets.age import encrypt_to, recipient_of
from pipelines.storage.secrets.vault_readings import check_purpose
from pipelines.usable.call_list import (
    LASTS,
    CallLine,
    call_lines,
    call_list_csv,
    usable_by_person,
    valid_until,
    vault_rows,
)
from pipelines.usable.records import (
    CALL_LIST,
    ExportNote,
    exported_list,
    lists_kept_since_before,
    note_export,
    note_export_purged,
)
from pipelines.usable.seeded_lists import seed_notes
from pipelines.usable.today import Today

LIST: Final = "call_list.csv.age"
RECORD: Final = "entries.json.age"


class ExportError(ValueError):
    """An export that can't be made, or looked at again; the message says why and what would mend it."""


@dataclass(frozen=True)
class Request:
    """Who wants which list, and for whom."""

    channel: str
    recipient: str
    purpose: str
    exported_by: str


@dataclass(frozen=True)
class ListedUse:
    """What is kept of a line: which use it stands for."""

    entry: str
    vendor: str
    delivery_date: date
    lead_id: str
    channel: str
    usable_until: datetime | None
    """What was known then to end it; zone-less UTC."""


def confirm_request(request: Request) -> None:
    """Refuse what can't be exported, before any work.

    Raises:
        ExportError: the recipient is no public key of age, or the purpose is none.
    """
    if recipient_of(request.recipient) is None:
        raise ExportError(
            "--recipient: expected the age public key of whoever is to open the list, age1…, as `age-keygen -y` shows "
            "it; never a secret key"
        )
    try:
        check_purpose(request.purpose)
    except ValueError as error:
        raise ExportError(f"--{error}") from None


def lines_of_today(
    today: Today, channel: str, vendors: Collection[str], new_entry: Callable[[], str], left: LeftVendors
) -> list[CallLine]:
    """The lines of a call list, judged now. Vendors at whom that fails are left out, and told.

    `new_entry` makes another text each time.
    """
    judged: list[pa.Table] = []
    values: dict[tuple[Any, ...], dict[str, Any]] = {}
    for vendor in vendors:
        with left.one(vendor), today.house.lake.writing(vendor):
            uses = today.uses(vendor)
            values |= vault_rows(uses, today.house.vault, vendor, channel)
            judged.append(uses)
    if not judged:
        return []
    law_changes_at = today.law_changes_at
    chosen = usable_by_person(pa.concat_tables(judged), channel)
    return call_lines(
        chosen.values(), values, channel, lambda until: valid_until(until, today.at, law_changes_at), new_entry
    )


def hand_out(
    house: House,
    request: Request,
    lines: Sequence[CallLine],
    seeded: Sequence[CallLine] = (),
    *,
    at: datetime,
    export_id: str,
    out: Path | None = None,
) -> Path:
    """Note an export, keep which uses it lists, then write it for its recipient; where it lies.

    `seeded`: lines of the house's own among the others; of them only their keys are kept.

    Raises:
        ExportError, RegistryError: nothing was written.
    """
    confirm_request(request)
    written = sorted([*lines, *seeded], key=lambda line: line.entry)
    content = encrypt_to(call_list_csv(written, request.channel), recipient_of(request.recipient))
    entries = [_entry_kept(line, request.channel) for line in lines]
    record = house.vault.encrypted(json.dumps(entries).encode())
    noted = _export_noted(request, CALL_LIST, export_id, at, len(written), content)
    note_export(house.registry, noted, seed_notes(house, seeded, export_id))
    folder = house.settings.exports / export_id
    _write_private(house.settings.exports, folder / RECORD, record)
    target = out or folder / LIST
    _write_private(target.parent if out else house.settings.exports, target, content)
    return target


def hand_out_more(
    house: House,
    note: ExportNote,
    kind: str,
    clear: bytes,
    line_count: int,
    *,
    at: datetime,
    by: str,
    name: str,
    out: Path | None = None,
) -> Path:
    """Write something else about a list for the same recipient, after it was noted; where it lies."""
    content = encrypt_to(clear, recipient_of(note.recipient))
    request = Request(note.channel, note.recipient, note.purpose, by)
    note_export(house.registry, _export_noted(request, kind, note.export_id, at, line_count, content))
    target = out or house.settings.exports / note.export_id / name
    _write_private(target.parent if out else house.settings.exports, target, content)
    return target


def kept_entries(house: House, export_id: str) -> tuple[ExportNote, list[ListedUse]]:
    """What was noted of a call list, and the uses that it lists.

    Raises:
        ExportError: there was no such list, or what was kept of it is gone.
        BrokenSealError: it can't be decrypted with the keys of the house.
    """
    note = exported_list(house.registry, export_id)
    if note is None:
        raise ExportError("EXPORT_ID: no list was exported under this id; `opposable export` says it at its end")
    path = house.settings.exports / note.export_id / RECORD
    if not path.exists():
        raise ExportError(
            "EXPORT_ID: what was kept of this list is gone, since it is older than OPPOSABLE_EXPORT_RETENTION_DAYS, or "
            "the export did not end: nothing of the list may be used"
        )
    return note, [_entry_of(row) for row in json.loads(house.vault.decrypted(path))]


def expires_at(note: ExportNote) -> datetime:
    """From when on nothing of a list may be used; aware."""
    return note.exported_at + LASTS


def purge_exports(house: House, now: datetime, *, is_dry_run: bool = False) -> int:
    """Remove what is kept of old lists, or only count them; how many. `now`: aware."""
    old = lists_kept_since_before(house.registry, now - timedelta(days=house.settings.export_retention_days))
    for export_id in () if is_dry_run else old:
        folder = house.settings.exports / export_id
        if folder.exists():
            shutil.rmtree(folder)
        note_export_purged(house.registry, export_id, purged_at=now)
    return len(old)


def _export_noted(
    request: Request, kind: str, export_id: str, at: datetime, line_count: int, content: bytes
) -> ExportNote:
    return ExportNote(
        export_id=export_id,
        kind=kind,
        exported_at=at,
        exported_by=request.exported_by,
        purpose=request.purpose,
        channel=request.channel,
        recipient=request.recipient.strip(),
        line_count=line_count,
        digest=hashlib.sha256(content).hexdigest(),
    )


def _entry_kept(line: CallLine, channel: str) -> dict[str, Any]:
    use = line.use
    return {
        "entry": line.entry,
        "vendor": use["vendor"],
        "delivery_date": use["delivery_date"].isoformat(),
        "lead_id": use["lead_id"],
        "channel": channel,
        "usable_until": use["usable_until"].isoformat() if use["usable_until"] else None,
    }


def _entry_of(row: Mapping[str, Any]) -> ListedUse:
    until = row["usable_until"]
    return ListedUse(
        **{
            **row,
            "delivery_date": date.fromisoformat(row["delivery_date"]),
            "usable_until": datetime.fromisoformat(until) if until else None,
        }
    )


def _write_private(root: Path, path: Path, content: bytes) -> None:
    with replacing(root, path, PRIVATE, is_durable=True) as file:
        file.write(content)
