"""A small market whose every personal value carries a marker, in every place that can hold one.

A value is personal if a person can be told from it: addresses, numbers and the row's own names wherever they stand, and
whatever stands in a field that is not kept. What nobody could tell from a word (another person's name in a text) is not
marked.
"""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pipelines.vocabulary.fields import CANONICAL_FIELDS, INSTANT_FIELDS
from tests.support.contract_files import VALID
from tests.support.format_files import xlsx

MARK: Final = "zqkan"
"""In every address, name, text and header of a person."""
DIGITS: Final = "6998765"
"""In every phone number."""
IP: Final = "203.0.113.77"
FIRST, LAST = "Zqkanille", "Zqkandour"
DAYS: Final = (date(2026, 8, 18), date(2026, 8, 19), date(2026, 8, 20))
AS_OF: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
VENDORS: Final = ("kan-csv", "kan-json")
GOOD_COUNT: Final = 12

Row = dict[str, Any]


def address(tag: str) -> str:
    return f"{MARK}.{tag}@mail.example"


def number(tail: int, separator: str = "") -> str:
    digits = f"0{DIGITS}{tail:02d}"
    return separator.join(digits[place : place + 2] for place in range(0, 10, 2))


def hidden(tail: int) -> list[str]:
    """Spellings of the identifiers of a row's person, and of others."""
    own = address(f"own{tail}")
    return [
        own,
        own.upper(),
        address("other").replace("@", "%40"),
        f"{MARK}.spoken (at) mail (dot) example",
        f"{MARK}.arobase [arobase] mail.example",
        base64.b64encode(own.encode()).decode(),
        own.encode().hex(),
        number(tail),
        number(tail, " "),
        number(tail, "."),
        f"+33{DIGITS}{tail:02d}",
        f"%2B33 {DIGITS}{tail:02d}",
        f"0033{DIGITS}99",
    ]


def lead(tail: int) -> Row:
    """A lead that is accepted, with something hidden in every text."""
    spelt = [*hidden(tail)[tail % 13 :], *hidden(tail)[: tail % 13]]
    return {
        "lead_id": f"L-{tail}",
        "collected_at": "2026-08-17T09:00:00Z",
        "email": address(f"own{tail}"),
        "phone": number(tail, " "),
        "first_name": FIRST,
        "last_name": LAST,
        "other_phones": f"{number(90, ' ')}|{number(tail, '.')}" if tail % 3 else f"{number(91)}|bureau 0{DIGITS}",
        "postal_code": "75001" if tail % 2 else spelt[0],
        "country": "FR" if tail % 2 else "DE",
        "audience": "consumer",
        "job_function": f"gérant, M. {LAST} {spelt[1]}",
        "company_siren": "732829320" if tail % 3 else f"{DIGITS}{tail:02d}",
        "channels": "email|phone",
        "consent_id": f"C-{tail}" if tail % 4 else f"{MARK}.own{tail}",
        "claimed_basis": "consent" if tail % 5 else spelt[2],
        "form_id": f"form {spelt[3]}",
        "form_version": f"v1 {spelt[4]}",
        "source_url": f"https://{MARK}.user:{MARK}pw@site.example/{FIRST}/{LAST}/{spelt[5]}?email={spelt[6]}#{MARK}",
        "collector_id": f"col {spelt[7]}",
        "product": f"fibre {FIRST} {spelt[8]}",
        "over_18": "true" if tail % 6 else spelt[9],
        "informed_at_collection": spelt[10],
        "optout_offered_at_collection": "true",
        "answers": json.dumps({"nom": LAST, address("key"): [spelt[11], {"note": f"{FIRST} au {spelt[12]}"}]}),
    }


BAD_LEADS: Final[tuple[Row, ...]] = (
    {"lead_id": address("id")},
    {"lead_id": number(71)},
    {"lead_id": f"{LAST}-{FIRST}-1"},
    {"lead_id": base64.b64encode(address("own74").encode()).decode()},
    {"lead_id": f"{MARK}.own75", "collected_at": address("date")},
    {"lead_id": "L-76", "collected_at": f"le 12/08 {number(76, ' ')}"},
    {"lead_id": "L-77", "email": f"{MARK}.bad@@mail", "phone": f"0{DIGITS}"},
    {"lead_id": "L-1"},
)


def proof(tail: int) -> Row:
    """A proof that is accepted, with something hidden in every text."""
    spelt = hidden(tail)
    given = {
        "consent_id": f"C-{tail}",
        "lead_id": f"L-{tail}" if tail % 3 else spelt[0],
        "email": address(f"own{tail}"),
        "phone": number(tail, "."),
        "email_sha256": "",
        "phone_sha256": "",
        "channels": "email|phone",
        "decision": "given",
        "consent_at": "2026-08-17T08:59:00Z",
        "action": "ticked_box" if tail % 2 else spelt[0],
        "consent_text": f"Moi, {FIRST} {LAST}, {spelt[0]}, {number(tail)}, j'accepte.",
        "recipients": f"Meubles Sereins SAS|{spelt[1]}|{spelt[8]}",
        "recipient_sirens": f"732829320|{DIGITS}{tail:02d}",
        "ip": IP,
        "user_agent": f"Mozilla {MARK} {spelt[0]}",
        "source_url": f"https://site.example/{spelt[2]}?q={spelt[0]}",
        "snapshot_uri": f"https://snap.example/{spelt[8]}?email={spelt[0]}",
        "snapshot_sha256": spelt[0],
        "proof_sha256": spelt[7],
    }
    texts = ("partner_list_version", "goods_services", "privacy_notice_version", "form_id", "form_version", "chain")
    return {**given, **{name: f"x {spelt[(tail + place) % 13]}" for place, name in enumerate(texts)}}


BAD_PROOFS: Final[tuple[Row, ...]] = (
    {"consent_id": address("consent")},
    {"consent_id": f"C-{number(82)}"},
    {"channels": address("channel")},
    {"consent_at": address("when")},
    {"decision": f"oui {address('decision')}"},
)

UNDECLARED: Final = {
    "Commentaire": f"{FIRST} {LAST} {address('undeclared')}",
    address("column"): address("cell"),
    f"Tél {number(43, ' ')}": number(44),
}


def write_market(home: Path) -> list[Path]:
    """Contracts, deliveries and opposition files; the paths of the last."""
    for vendor, formats in zip(VENDORS, (("csv", "xlsx"), ("jsonl", "parquet")), strict=True):
        path = home / "contracts" / vendor / "2026-01-01.odcs.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(_contract(formats), allow_unicode=True), encoding="utf-8")
    _deliver(home, "kan-csv", DAYS[0], _good_csv())
    _deliver(home, "kan-csv", DAYS[1], _bad_csv())
    _deliver(home, "kan-csv", DAYS[2], _refused())
    _deliver(home, "kan-json", DAYS[0], _good_json())
    _deliver(home, "kan-json", DAYS[1], _bad_json())
    return _oppositions(home)


def _contract(formats: tuple[str, str]) -> Row:
    contract: Row = yaml.safe_load(VALID.replace("value: 16:00", "value: '16:00'"))
    leads, proofs = formats
    contract["servers"] = [
        {"server": "leads", "type": "custom", "path": "*leads*", "format": leads}
        | ({"delimiter": ";", "encoding": "utf-8"} if leads == "csv" else {}),
        {"server": "consent_proofs", "type": "custom", "path": "*proofs*", "format": proofs},
    ]
    lists = ("channels", "recipients", "recipient_sirens", "mentions")
    contract["schema"] = [
        {"name": role, "properties": [_property(name, name in lists) for name in fields]}
        for role, fields in CANONICAL_FIELDS.items()
    ]
    return contract


def _property(name: str, is_list: bool) -> Row:
    single = {"logicalType": "timestamp" if name in INSTANT_FIELDS else "string"}
    kind = {"logicalType": "array", "items": {"logicalType": "string"}} if is_list else single
    separator = {"customProperties": [{"property": "listSeparator", "value": "|"}]} if is_list else {}
    return {"name": name, "physicalName": name, **kind, **separator}


def _deliver(home: Path, vendor: str, day: date, files: Mapping[str, bytes]) -> None:
    folder = home / "inbox" / vendor / day.isoformat()
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    received_at = datetime.combine(day, time(10), UTC).isoformat()
    record = {"files": [{"name": name, "received_at": received_at} for name in files]}
    (folder / ".received.json").write_text(json.dumps(record), encoding="utf-8")


def _leads() -> list[Row]:
    return [{**lead(tail), **UNDECLARED} for tail in range(1, GOOD_COUNT + 1)]


def _bad_leads() -> list[Row]:
    return [{**lead(tail), **UNDECLARED, **bad} for tail, bad in enumerate(BAD_LEADS, 71)]


def _proofs() -> list[Row]:
    good = [{**proof(tail), **UNDECLARED} for tail in range(1, GOOD_COUNT + 1)]
    return good + [{**proof(tail), **UNDECLARED, **bad} for tail, bad in enumerate(BAD_PROOFS, 81)]


def _good_csv() -> dict[str, bytes]:
    archive = _zip({f"leads_{address('member')}.csv": _csv([{**lead(60), "lead_id": "L-60"}]), "a_leads.txt": b""})
    manifest = {"sequence": 7, "files": [{"name": f"leads_{address('absent')}.csv", "rows": 3, "sha256": "0" * 64}]}
    return {
        "leads_1.csv": _csv(_leads()),
        f"leads_{address('file')}.csv": _csv([{**lead(61), "lead_id": "L-61"}]),
        f"leads_{number(12)}.csv": _csv([{**lead(62), "lead_id": "L-62"}]),
        "leads_3.zip": archive,
        "proofs_1.xlsx": _workbook(_proofs()),
        "manifest.json": json.dumps(manifest).encode(),
    }


def _bad_csv() -> dict[str, bytes]:
    names, *lines = _csv(_bad_leads()).decode().splitlines()
    preamble = f"Export de {address('agent')};{number(50, ' ')}\r\nLot {FIRST} {LAST};\r\n"
    malformed = [
        f"{lines[-1]};{address('ragged')}",
        f'"{address("unclosed")};{number(51)}',
        f"Total;{address('total')}",
    ]
    content = "\r\n".join([names, *lines, names, *malformed]).encode()
    return {
        "leads_bad.csv": content,
        "leads_preamble.csv": preamble.encode() + _csv([{**lead(63), "lead_id": "L-63"}]),
        "leads_utf16.csv": _csv([{**lead(64), "lead_id": "L-64"}]).decode().encode("utf-16"),
        "leads_nested.csv.gz": gzip.compress(_csv([{**lead(65), "lead_id": "L-65"}])),
        "manifest-2.json": f'{{"sequence": "{address("manifest")}", "files": [{{"name": {number(52)}'.encode(),
    }


def _refused() -> dict[str, bytes]:
    """Files of which nothing counts, and that say what they hold in their headers, cells and names."""
    headerless = _csv([lead(66), lead(67)]).split(b"\r\n", 1)[1]
    workbook = _workbook([proof(68)])
    locked = io.BytesIO()
    with zipfile.ZipFile(locked, "w") as archive:
        archive.writestr(f"{address('nested')}/proofs_{number(53)}.xlsx", workbook[: len(workbook) // 2])
    return {
        "leads_headerless.csv": headerless,
        "leads_columns.csv": _csv([{"lead_id": f"L {address('lonely')}", "e-mail": address("lonely"), **UNDECLARED}]),
        "leads_binary.csv": b"lead_id;email\r\n\x00\x81" + address("binary").encode(),
        "leads_empty.csv": b"",
        "proofs_cut.xlsx": workbook[: len(workbook) // 2],
        "proofs_text.xlsx": address("no workbook").encode(),
        "proofs_locked.zip": locked.getvalue(),
        "proofs_bad.zip": b"PK\x03\x04" + address("no archive").encode(),
        f"{address('unclaimed')}.pdf": address("unclaimed").encode(),
    }


def _good_json() -> dict[str, bytes]:
    rows = [{**row, "answers": json.loads(row["answers"]), address("jsonkey"): {number(45): 1}} for row in _leads()]
    sheet = [{**row, "recipients": row["recipients"].split("|")} for row in _proofs()]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(sheet), buffer)
    return {"leads.jsonl": _lines(rows), "proofs.parquet": buffer.getvalue()}


def _bad_json() -> dict[str, bytes]:
    broken = [f'{{"lead_id": "{address("broken")}", '.encode(), number(46).encode(), f'["{address("list")}"]'.encode()]
    return {
        "leads_bad.jsonl": _lines(_bad_leads()) + b"\n".join(broken),
        "leads_worse.jsonl": f"not json: {address('worse')}\n{number(47)}".encode(),
        "proofs_bad.parquet": b"PAR1" + address("parquet").encode() + b"PAR1",
    }


def _oppositions(home: Path) -> list[Path]:
    header = "identifier,kind,channel,opposed_at,recorded_at,origin"
    good = [
        f"{address('own1')},email,all,2026-08-01,2026-08-02,appel de {address('origin')} au {number(54)}",
        f"{number(2)},phone,all,2026-08-01,2026-08-02,web",
        f"{'ab' * 32},phone_sha256,all,2026-08-01,2026-08-02,group",
    ]
    bad = [
        f"{MARK}@@mail,email,all,2026-08-01,2026-08-02,web",
        f"{number(55)},fax {address('kind')},all,2026-08-01,2026-08-02,web",
        f"{number(56)},phone,{address('channel')},{address('opposed')},{number(57)},web",
        f'{address("quote")},email,all,"2026-08-01,2026-08-02,web',
        address("ragged"),
    ]
    folder = home / "delivered_oppositions"
    folder.mkdir()
    contents = {"good.csv": [header, *good], "bad.csv": [header, *good, *bad], "headless.csv": [*bad]}
    for name, lines in contents.items():
        (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [folder / name for name in contents]


def _csv(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    quoted = [";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in cells]
    return "\r\n".join([*quoted, ""]).encode()


def _workbook(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return xlsx(("Preuves", [names, *([str(row.get(name, "")) for name in names] for row in rows)]))


def _lines(rows: Sequence[Row]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def days_after(count: int) -> date:
    """A day some days after the market's last."""
    return DAYS[-1] + timedelta(days=count)
