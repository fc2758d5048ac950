"""Receipts: what a vendor is told of its delivery, line by line, and what it must not learn."""

import json
import os
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.house import House
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import published
from tests.support.receipt_lake import (
    DAY,
    FINAL,
    PROVISIONAL,
    VENDOR,
    Row,
    accepted,
    document_of,
    file,
    files_of,
    found,
    judged,
    lead,
    opposed,
    prepare,
    receipts_of,
    reject,
    rows_of,
    signed_house,
    unknown,
    use,
)

INSTANT = Reason("value_instant", pattern="dd/MM/yyyy HH:mm")
GLOBS = Reason("name_unclaimed", leads="leads_*.csv", consent_proofs="proofs/*.xlsx")
NAMES = {"receipt.csv", "reasons.csv", "receipt.json", "summary.fr.txt", "summary.en.txt"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return signed_house(tmp_path)


def delivery() -> dict[str, list[Row]]:
    """Four accepted leads and two rejected rows; a clean lead, one blocked, one on hold, one with a bad field."""
    return {
        "deliveries": [
            accepted("leads_1.csv", 6, rejected=2),
            file("z.pdf", None, "refused", reason="file_unclaimed", delivered_at=None),
        ],
        "rejected_rows": [
            reject("leads_1.csv", 2, "required_missing", "collected_at", INSTANT),
            reject("leads_1.csv", 2, "no_valid_identifier", None, Reason("identifier_missing")),
            reject("leads_1.csv", 5, "lead_id_repeated", "lead_id", Reason("reference_repeated")) | {"lead_id": "A"},
            reject("z.pdf", None, "file_unclaimed", None, GLOBS),
        ],
        "leads": [lead("A", 1), lead("B", 3), lead("C", 4), lead("D", 6)],
        "verdicts": [
            use("A", "email"),
            use("A", "phone"),
            use("B", "email", "blocked"),
            use("B", "phone"),
            use("C", "email", "on_hold"),
            use("D", "email"),
        ],
        "findings": [
            found("consent_withdrawn", "B", "email", dimension="opposition"),
            unknown("proof_individual_record", "C", "email", "vendor"),
            found("field_invalid", "D", severity="minor", facts='{"invalid_fields":["channels","postal_code"]}'),
            found("min_only_contract_fields", None, severity="minor", facts='{"undeclared_columns":["Né le"]}'),
        ],
    }


def told(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_each_reason_of_each_row_and_each_finding_has_a_line_and_a_clean_lead_has_none(house: House) -> None:
    judged(house, delivery())
    assert prepare(house, as_of=PROVISIONAL) == 1
    place = ("file_name", "row_number", "sheet_row", "lead_id", "channel", "verdict", "reason_code", "column")
    assert [told(row, *place) for row in rows_of(house)] == [
        ("leads_1.csv", "2", "3", "", "", "rejected", "no_valid_identifier", ""),
        ("leads_1.csv", "2", "3", "", "", "rejected", "required_missing", "Collecté le"),
        ("leads_1.csv", "3", "4", "B", "email", "blocked", "consent_withdrawn", ""),
        ("leads_1.csv", "4", "5", "C", "email", "on_hold", "proof_individual_record", ""),
        ("leads_1.csv", "5", "6", "A", "", "rejected", "lead_id_repeated", "Référence"),
        ("leads_1.csv", "6", "7", "D", "", "usable", "field_invalid", "Canaux, postal_code"),
        ("z.pdf", "", "", "", "", "rejected", "file_unclaimed", ""),
        ("", "", "", "", "", "", "min_only_contract_fields", "Né le"),
    ]


def test_the_document_says_the_same_as_the_table(house: House) -> None:
    judged(house, delivery())
    prepare(house, as_of=PROVISIONAL)
    document, rows = document_of(house), rows_of(house)
    assert document["line_count"] == len(rows) == 8
    for line, row in zip(document["lines"], rows, strict=True):
        same = (set(line) & set(row)) - {"is_final"}
        assert {name: str(line[name] if line[name] is not None else "") for name in same} == {n: row[n] for n in same}
        text = document["texts"][line["text_key"]]
        assert {name: text[name] for name in text if name in row} == {n: row[n] for n in text if n in row}


def test_counts_are_of_leads_by_their_gravest_verdict(house: House) -> None:
    judged(house, delivery())
    prepare(house)
    expected = {"accepted": 4, "usable": 2, "on_hold": 1, "blocked": 1, "without_use": 0}
    assert document_of(house)["leads"] == expected


def test_a_lead_for_no_channel_that_was_bought_is_not_usable(house: House) -> None:
    tables = delivery() | {"verdicts": [use("A", "email")], "findings": [found("channel_not_contracted", "D")]}
    judged(house, tables)
    prepare(house)
    assert document_of(house)["leads"] == {"accepted": 4, "usable": 1, "on_hold": 0, "blocked": 0, "without_use": 3}
    assert [row["verdict"] for row in rows_of(house) if row["lead_id"] == "D"] == [""]


def test_lines_say_in_both_languages_what_is_wrong_and_what_would_mend_it(house: House) -> None:
    judged(house, delivery())
    prepare(house)
    legend = {row["text_key"]: row for row in rows_of(house, name="reasons.csv")}
    lines = rows_of(house)
    assert all(line["wrong_fr"] == legend[line["text_key"]]["wrong_fr"] for line in lines)
    rows = {line["reason_code"]: legend[line["text_key"]] | {"wrong_en": line["wrong_en"]} for line in lines}
    missing = rows["required_missing"]
    assert missing["wrong_fr"].endswith("attendu\u00a0: une date et une heure comme `dd/MM/yyyy HH:mm`")
    assert missing["wrong_en"] == "A required field is missing; expected: a date and time as `dd/MM/yyyy HH:mm`"
    assert missing["remedy_en"] == "Fill this column in every row."
    assert rows["consent_withdrawn"]["wrong_en"] == "The consent was withdrawn for this channel"
    assert rows["proof_individual_record"]["wrong_en"] == (
        "Still to be proven: There is an individual and complete proof of the consent"
    )
    assert rows["consent_withdrawn"]["remedy_fr"].startswith("Retirer la personne des livraisons dès son retrait")
    assert all(row[name] for row in rows.values() for name in ("wrong_fr", "wrong_en", "remedy_fr", "remedy_en"))


@pytest.mark.parametrize(
    ("missing", "column", "told_en", "told_fr"),
    [
        (["consent_proofs"], "", "no proof came for this lead", "aucune preuve reçue pour ce lead"),
        (
            ["consent_proofs.decision", "consent_proofs.form_id"],
            "accord, formulaire",
            "missing or unclear in the proof file: `accord`, `formulaire`",
            "absent ou imprécis dans le fichier de preuves\u00a0: `accord`, `formulaire`",
        ),
        (
            ["consent_proofs.recipients|consent_proofs.recipient_sirens", "leads.phone"],
            "destinataires | recipient_sirens, Téléphone",
            "missing or unclear in the proof file: `destinataires` or `recipient_sirens`; "
            "missing or unclear in the lead file: `Téléphone`",
            "absent ou imprécis dans le fichier de preuves\u00a0: `destinataires` ou `recipient_sirens`\u202f; "
            "absent ou imprécis dans le fichier de leads\u00a0: `Téléphone`",
        ),
    ],
)
def test_a_line_says_which_part_is_missing_under_the_vendors_own_names(
    house: House, missing: list[str], column: str, told_en: str, told_fr: str
) -> None:
    not_proven = found("proof_individual_record", "C", "email", is_proven=False, pending_on="vendor")
    owed = {"missing_facts": missing, "facts": '{"proof_form_id":"devis","proof_form_version":"7"}'}
    judged(house, delivery() | {"findings": [not_proven | owed]})
    prepare(house)
    (row,) = [row for row in rows_of(house) if row["reason_code"] == "proof_individual_record"]
    assert (row["column"], row["form"], row["sheet_row"]) == (column, "devis 7", "5")
    assert row["wrong_en"] == (
        f"Not proven by the proof deadline: There is an individual and complete proof of the consent ({told_en})"
    )
    assert row["wrong_fr"].endswith(f"({told_fr})")


def test_evidence_in_words_is_told_with_what_is_wrong(house: House) -> None:
    judged(house, differing_delivery(["contract says delimiter `;`, found tab", "found title lines before the header"]))
    prepare(house)
    (row,) = [row for row in rows_of(house) if row["reason_code"] == "format_differs"]
    assert row["wrong_en"].endswith("(contract says delimiter `;`, found tab; found title lines before the header)")
    assert row["wrong_fr"].endswith(
        "(séparateur prévu `;`, livré tabulation\u202f; des lignes de titre avant l\u2019en-tête)"
    )


def test_numbers_that_are_missing_are_told_as_they_are(house: House) -> None:
    facts = '{"missing_sequences":["3","5–7"]}'
    judged(house, delivery() | {"findings": [found("sequence_gap", None, severity="minor", facts=facts)]})
    prepare(house)
    (row,) = [row for row in rows_of(house) if row["reason_code"] == "sequence_gap"]
    assert row["wrong_en"].endswith(" (3; 5–7)")
    assert row["wrong_fr"].endswith(" (3\u202f; 5–7)")


def differing_delivery(told: list[str]) -> dict[str, list[Row]]:
    """A delivery whose lead file is not of the contract's format, as its findings tell it."""
    differences = [Reason("titles_found"), Reason("delimiter_differs", stated=";", found="\t")]
    noted = {
        "format_differences": [published(difference) for difference in differences],
        "format_causes": [difference.as_text() for difference in differences],
    }
    facts = json.dumps({"format_differences": told})
    tables = {"deliveries": [accepted("leads_1.csv", 6, rejected=2) | noted]}
    return delivery() | tables | {"findings": [found("format_differs", None, severity="minor", facts=facts)]}


def test_a_file_says_in_both_languages_why_it_counts_or_does_not(house: House) -> None:
    """In the document; in the summaries a manifest's remark alone."""
    repeated = Reason("file_repeated")
    remarks = [Reason("manifest_rows", file="leads_1.csv", announced=1200, found=6), absent_files(2)]
    files = [
        file("a.csv", status="duplicate", reason=published(repeated), causes=[repeated.as_text()]),
        file("b.csv", status="accepted", rows_received=0, rows_accepted=0, rows_rejected=0),
        file(
            "manifest.json",
            "manifest",
            reason="; ".join(map(published, remarks)),
            causes=[remark.as_text() for remark in remarks],
        ),
        file("z.pdf", None, "refused", reason="file_unclaimed", causes=[GLOBS.as_text()]),
    ]
    judged(house, {"deliveries": files, "rejected_rows": [reject("z.pdf", None, "file_unclaimed", None, GLOBS)]})
    prepare(house)
    assert [told(entry, "reason", "reason_fr", "reason_en") for entry in document_of(house)["files"]] == [
        ("the same bytes as an earlier file", "mêmes octets qu’un fichier antérieur", published(repeated)),
        (None, None, None),
        (
            "leads_1.csv: 1,200 rows announced, 6 found; 2 announced files are not there",
            "leads_1.csv\u00a0: lignes annoncées 1\u202f200, trouvées 6\u202f; 2 fichiers annoncés manquent",
            "leads_1.csv: 1,200 rows announced, 6 found; 2 announced files are not there",
        ),
        (
            "file_unclaimed",
            "Fichier\u00a0: hors contrat\u202f; attendu\u00a0: "
            "un nom de fichier conforme à `leads_*.csv` ou à `proofs/*.xlsx`",
            "File: not in the contract; expected: a file name that matches `leads_*.csv` or `proofs/*.xlsx`",
        ),
    ]
    assert "Remarque\u00a0: leads_1.csv\u00a0: lignes annoncées" in files_of(house)["summary.fr.txt"].decode()
    assert "Remark: leads_1.csv: 1,200 rows announced" in files_of(house)["summary.en.txt"].decode()


def absent_files(count: int) -> Reason:
    return Reason("manifest_files_absent", count=count)


# Clocks


def test_only_a_fact_that_is_still_owed_has_a_deadline_in_paris(house: House) -> None:
    judged(house, delivery())
    prepare(house, as_of=PROVISIONAL)
    deadlines = {row["reason_code"]: row["deadline"] for row in rows_of(house)}
    assert {code: at for code, at in deadlines.items() if at} == {
        "proof_individual_record": "2026-09-04T10:00:00+02:00"
    }
    assert {row["is_final"] for row in rows_of(house)} == {"false"}
    assert (
        "the proof deadline is 4\u00a0September\u00a02026, 10:00 (Paris)" in files_of(house)["summary.en.txt"].decode()
    )
    prepare(house)
    assert {row["is_final"] for row in rows_of(house)} == {"true"}
    assert not any(row["deadline"] for row in rows_of(house))


def test_an_hour_later_the_same_judgement_leaves_every_file_untouched(house: House) -> None:
    judged(house, delivery())
    assert prepare(house) == 1
    folder = house.outbox.folder(VENDOR, DAY)
    before = {name: os.stat(folder / name).st_ino for name in NAMES}
    assert prepare(house, as_of=FINAL + timedelta(hours=1)) == 0
    assert {name: os.stat(folder / name).st_ino for name in NAMES} == before
    assert set(files_of(house)) == NAMES


def test_a_day_has_the_same_receipt_alone_and_in_a_range(house: House) -> None:
    days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)]
    for day in days:
        judged(house, delivery(), day)
    prepare(house, DAY)
    alone = files_of(house)
    assert prepare(house, *days) == 2
    assert files_of(house) == alone


def test_another_judgement_is_another_receipt_and_the_old_one_keeps_its_place(house: House) -> None:
    judged(house, delivery())
    prepare(house, as_of=PROVISIONAL)
    assert prepare(house) == 1
    old, new = receipts_of(house.registry, VENDOR, DAY)
    assert (old.is_final, new.is_final) == (False, True)
    assert old.digest != new.digest
    assert (old.prepared_at, new.prepared_at) == (PROVISIONAL, FINAL)


# Oppositions


def opposition(channel: str, **more: Any) -> dict[str, list[Row]]:
    """One lead with an objection on a channel, and a minor finding on both."""
    other = {"email": "phone", "phone": "email"}[channel]
    minor = {"severity": "minor", "dimension": "proof"}
    return {
        "deliveries": [accepted("leads_1.csv", 2)],
        "leads": [lead("A", 1), lead("B", 2)],
        "verdicts": [use("A", channel, "blocked"), use("A", other), use("B", "email"), use("B", "phone")],
        "findings": [
            opposed("A", channel, **more),
            found("consent_timestamp_coherent", "A", "email", **minor),
            found("consent_timestamp_coherent", "A", "phone", **minor),
        ],
    }


def told_of(home: Path, tables: dict[str, list[Row]]) -> dict[str, bytes]:
    house = signed_house(home)
    judged(house, tables)
    prepare(house)
    return files_of(house)


FACTS = '{"delivered_at":"2026-09-01 08:00:00","opposition_blame_at":"2026-08-30 08:00:00"}'


@pytest.mark.fault(
    area="personal",
    fault="A vendor wants to learn from its receipt how a person objected",
    promise="It learns only that the person did.",
)
def test_nothing_tells_on_which_channel_by_which_rule_or_how_shared_a_person_objected(tmp_path: Path) -> None:
    shared = told_of(tmp_path / "1", opposition("email", facts=FACTS, attributable_to="vendor"))
    assert told_of(tmp_path / "2", opposition("phone", attributable_to="nobody")) == shared
    assert told_of(tmp_path / "3", opposition("email", rule_id="opp_other_form", attributable_to="nobody")) == shared
    both = opposition("email")
    both["findings"] += [opposed("A", "phone"), opposed("A", "phone", rule_id="opp_other_form")]
    both["verdicts"] = [use("A", "email", "blocked"), use("A", "phone", "blocked"), *both["verdicts"][2:]]
    assert told_of(tmp_path / "4", both) == shared


def test_an_opposition_says_one_word_of_the_lead(tmp_path: Path) -> None:
    files = told_of(tmp_path, opposition("email", facts=FACTS))
    rows = [row for row in rows_of(signed_house(tmp_path)) if row["reason_code"] == "opposed"]
    assert [told(row, "lead_id", "channel", "verdict", "column", "deadline") for row in rows] == [
        ("A", "", "blocked", "", "")
    ]
    whole = b"".join(files.values())
    for word in (b"opp_vendor", b"08-30", b"blame", b"nobody", b"shared", b"suppression", b"repoussoir"):
        assert word not in whole


def test_a_withdrawal_that_the_vendor_sent_is_told_as_such(house: House) -> None:
    judged(
        house, opposition("email") | {"findings": [found("consent_withdrawn", "A", "email", dimension="opposition")]}
    )
    prepare(house)
    assert [told(row, "channel", "reason_code") for row in rows_of(house)] == [("email", "consent_withdrawn")]


# What waits on us


def test_what_waits_on_us_is_told_without_its_rule(house: House) -> None:
    tables = {
        "deliveries": [accepted("leads_1.csv", 1)],
        "leads": [lead("A", 1)],
        "verdicts": [use("A", "email", "on_hold"), use("A", "phone")],
        "findings": [
            unknown("consent_form_version_known", "A", "email", "advertiser"),
            unknown("consent_box_not_prechecked", "A", "email", "third_party"),
            unknown("consent_timestamp_coherent", "A", "phone", "advertiser") | {"severity": "minor"},
        ],
    }
    judged(house, tables)
    prepare(house)
    assert [told(row, "lead_id", "channel", "verdict", "reason_code", "severity") for row in rows_of(house)] == [
        ("A", "email", "on_hold", "under_review", "")
    ]
    assert not any(rule in b"".join(files_of(house).values()) for rule in (b"consent_form", b"prechecked", b"advert"))


# Safe cells, names, sizes


@pytest.mark.fault(
    area="content",
    fault="The same in the reference of a lead, on its way back to the vendor",
    promise="The receipt's table is harmless; its JSON keeps the reference as it is.",
)
def test_a_reference_that_a_spreadsheet_would_run_is_neutralised_in_the_table_alone(house: House) -> None:
    tables = delivery() | {"leads": [lead("=cmd|' /C calc'!A0", 1)]}
    judged(house, tables | {"findings": [found("lead_duplicate", "=cmd|' /C calc'!A0", severity="minor")]})
    prepare(house)
    (row,) = [row for row in rows_of(house) if row["reason_code"] == "lead_duplicate"]
    (line,) = [line for line in document_of(house)["lines"] if line["reason_code"] == "lead_duplicate"]
    assert (row["lead_id"], line["lead_id"]) == ("'=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0")


def test_two_refused_files_with_the_same_bytes_have_a_line_each(house: House) -> None:
    same = {"file_digest": "d" * 64, "reason": "file_unclaimed"}
    files = [file("a.txt", None, "refused") | same, file("b.txt", None, "refused") | same]
    rejects = [reject("", None, "file_unclaimed", None, GLOBS) | {"file_digest": "d" * 64}] * 2
    judged(house, {"deliveries": files, "rejected_rows": rejects})
    prepare(house)
    assert [row["file_name"] for row in rows_of(house)] == ["a.txt", "b.txt"]


def test_a_day_without_a_contract_is_told_and_a_day_without_files_is_not(house: House) -> None:
    before = date(2025, 6, 1)
    refused = file("leads_1.csv", None, "refused", reason="no_contract_in_force")
    judged(house, {"deliveries": [refused], "rejected_rows": [
        reject("leads_1.csv", None, "no_contract_in_force", None, Reason("contract_absent"))]}, before)  # fmt: skip
    judged(house, {"deliveries": [{"status": "no_delivery"}]})
    assert prepare(house, before, DAY) == 1
    assert not house.outbox.folder(VENDOR, DAY).exists()
    assert (document_of(house, before)["proof_deadline"], document_of(house, before)["is_final"]) == (None, True)
    assert "No contract is in force" in files_of(house, before)["summary.en.txt"].decode()


def test_every_row_of_a_file_that_fails_has_its_lines(house: House) -> None:
    count = 60_000  # two lines each: more than a batch
    rejects = [
        reject("leads_1.csv", row, reason, column)
        for row in range(1, count + 1)
        for reason, column in (("required_missing", "lead_id"), ("no_valid_identifier", None))
    ]
    judged(house, {"deliveries": [accepted("leads_1.csv", count, count)], "rejected_rows": rejects})
    prepare(house)
    lines = document_of(house)["lines"]
    assert Counter(line["reason_code"] for line in lines) == {"required_missing": count, "no_valid_identifier": count}
    assert [line["row_number"] for line in lines] == [row for row in range(1, count + 1) for _ in range(2)]
    assert len(rows_of(house)) == 2 * count


def test_a_line_of_many_rows_says_which_and_how_many_and_counts_for_each(house: House) -> None:
    run = reject("leads_1.csv", 3, "required_missing", "collected_at", INSTANT)
    run |= {"last_row_number": 900, "row_count": 898, "reason_row_count": 898, "rejected_row_count": 898}
    rejects = [reject("leads_1.csv", 1, "required_missing", "collected_at", INSTANT), run]
    judged(house, {"deliveries": [accepted("leads_1.csv", 899, rejected=899)], "rejected_rows": rejects})
    prepare(house)
    place = ("row_number", "last_row_number", "row_count", "sheet_row")
    assert [told(line, *place) for line in document_of(house)["lines"]] == [(1, None, None, 2), (3, 900, 898, 4)]
    assert [told(row, *place) for row in rows_of(house)] == [("1", "", "", "2"), ("3", "900", "898", "4")]
    [reason] = rows_of(house, name="reasons.csv")
    assert reason["count"] == "899"
    assert [*document_of(house)["counts"].values()] == [899]
    text = files_of(house)["summary.en.txt"].decode()
    assert "899" in text
    assert "row_count rows, from row_number to last_row_number" in text


def test_a_receipt_of_single_rows_says_nothing_of_many(house: House) -> None:
    judged(house, delivery())
    prepare(house)
    assert "last_row_number" not in files_of(house)["summary.en.txt"].decode()


def test_a_summary_fits_in_an_email_whatever_the_delivery(house: House) -> None:
    tables = delivery()
    tables["deliveries"] += [file(f"{number}.txt", None, "refused", reason="file_unclaimed") for number in range(90)]
    tables["findings"] += [
        found(card.id, "B", severity="minor") for card in house.catalogue.cards if card.dimension != "opposition"
    ]
    judged(house, tables)
    prepare(house, as_of=PROVISIONAL)
    for language in ("fr", "en"):
        text = files_of(house)[f"summary.{language}.txt"].decode()
        assert len(text.splitlines()) < 60
        assert receipts_of(house.registry, VENDOR, DAY)[-1].digest in text


def test_after_the_deadline_nobody_is_asked_to_keep_it(house: House) -> None:
    judged(house, delivery())
    asked = "before the proof deadline"
    for as_of, is_asked in ((PROVISIONAL, True), (FINAL, False)):
        prepare(house, as_of=as_of)
        assert (asked in files_of(house)["summary.en.txt"].decode()) == is_asked


# What a vendor puts into its folder


@pytest.mark.fault(
    area="folders",
    fault="A link in the outbox under the name of a receipt",
    promise="It is replaced; what it leads to is not touched.",
)
def test_no_link_in_the_outbox_is_written_through(house: House, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    folder = house.outbox.folder(VENDOR, DAY)
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).symlink_to(elsewhere)
        (folder / f".{name}.part").symlink_to(elsewhere)
    judged(house, delivery())
    prepare(house)
    assert elsewhere.read_bytes() == b"theirs"
    assert not any((folder / name).is_symlink() for name in NAMES)


@pytest.mark.fault(
    area="keys",
    fault="Another user of the machine reads receipts",
    promise="They are for the house's group, and for nobody else.",
)
def test_receipts_can_be_read_by_our_group_and_by_no_others(house: House) -> None:
    judged(house, delivery())
    prepare(house)
    folder = house.outbox.folder(VENDOR, DAY)
    assert {oct((folder / name).stat().st_mode & 0o7777) for name in NAMES} == {"0o640"}
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, folder.parent)] == ["0o750"] * 2


@pytest.mark.fault(
    area="folders",
    fault="A day's or vendor's folder of the outbox is a link",
    promise="Nothing is written through it, and it is told.",
)
def test_a_date_folder_that_is_a_link_is_put_aside_and_a_vendors_folder_that_is_one_is_told(
    house: House, tmp_path: Path
) -> None:
    other = house.outbox.root / "other-vendor" / DAY.isoformat()
    other.mkdir(parents=True)
    folder = house.outbox.folder(VENDOR, DAY)
    folder.parent.mkdir()
    folder.symlink_to(other)
    judged(house, delivery())
    prepare(house)
    assert list(other.iterdir()) == []
    assert set(files_of(house)) == NAMES
    folder.parent.rename(tmp_path / "moved")
    folder.parent.symlink_to(tmp_path / "moved")
    with pytest.raises(OSError, match=f"a link is not followed.*{VENDOR}"):
        prepare(house, as_of=PROVISIONAL)


# Faults of ours


@pytest.mark.fault(
    area="lake",
    fault="The disk is full while a receipt is written",
    promise="The last receipt stays whole, and no receipt is noted that is not there.",
)
def test_a_receipt_that_cannot_be_written_fails_and_leaves_the_last_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(house, delivery())
    prepare(house, as_of=PROVISIONAL)
    before = files_of(house)

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.receipts.outbox.os.replace", full)
        with pytest.raises(OSError, match="No space left"):
            prepare(house)
    assert files_of(house) == before
    assert len(receipts_of(house.registry, VENDOR, DAY)) == 1
