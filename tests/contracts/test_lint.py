"""Contracts: everything wrong with a file is said in one pass, with line, column and remedy."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.contracts.book import examine_contract
from pipelines.contracts.standard import standard_issues
from tests.support.contract_files import VALID, changed, examine, only_problem, place, shipped_catalogue, write


def test_a_right_contract_has_no_problem(tmp_path: Path) -> None:
    assert examine(tmp_path, VALID).problems == ()


# old text, new text, where (a text of the new contract), part of the message, part of the remedy
UNREADABLE = [
    ("value: 72, unit: h", "value: -1, unit: h", "-1, unit", "proofDeadline.value is not a number", "number from 0"),
    ("value: 72, unit: h", "value: 72, unit: wk", "wk}", "proofDeadline.unit is not a unit", "d or h"),
    ("value: 72, unit: h", "value: 72", "{property: proofDeadline", "proofDeadline.unit is missing", "d or h"),
    ("value: 72, unit: h", "value: 72, unit: y", "y}\n  - {property: claim", "proofDeadline.unit is not", "d or h"),
    ("value: 30, unit: days", "value: 99999, unit: d", "99999", "longer than a century", "shorter"),
    ("value: 16:00", "value: 25:00", "25:00", "timeOfAvailability.value is not a time", "HH:MM"),
    ('"0 0 * * 1-5"', '"0 0 * * 8"', '"0 0 * * 8"', "frequency.schedule is not a cron expression", "five fields"),
    (
        '1, unit: d, scheduler: cron, schedule: "0 0 * * 1-5"',
        "7",
        "{property: freq",
        "frequency has no schedule",
        "cron",
    ),
    ("siren: 732829320", "siren: 73282932", "73282932\n", "advertiser.siren is not a SIREN", "9 digits"),
    ("      name: Meubles Sereins SAS\n", "", "siren: 732829320\n", "advertiser.name is missing", "text"),
    (
        "audience, value: consumer",
        "audience, value: consummer",
        "consummer",
        "audience is not one of",
        "did you mean consumer",
    ),
    ("value: [email, phone]", "value: [email, phnoe]", "phnoe", "channels[1] is not one of", "did you mean phone?"),
    ("value: [email, phone]", "value: []", "[]}\n  - property: pricePer", "channels are missing", "list those bought"),
    ("value: [email, phone]", "value: phone", "phone}\n  - property: pricePer", "channels is not a list", "list"),
    (
        "onlyGivenConsents, value: false",
        "onlyGivenConsents, value: never",
        "never",
        "is not true or false",
        "true or false",
    ),
    ("value: 2024-03-01", "value: 2024-02-30", "2024-02-30", "relationshipSince is not a date", "2026-08-11"),
    ("value: 2024-03-01", "value: 0001-03-01", "0001-03-01", "relationshipSince is not a date", "2026-08-11"),
    ("noticeDays, value: 90", "noticeDays, value: 3651", "3651", "noticeDays is not a whole number of days", "to 3650"),
    ("consent: 0.01", "consent: 1.5", "1.5", "toleratedDefectRates.consent is not a rate", "0.01 is 1 %"),
    (
        "name: email, physicalName: Courriel",
        "name: e_mail, physicalName: X",
        "e_mail",
        "canonical field of leads",
        "email?",
    ),
    (
        "name: phone, physicalName: Téléphone",
        "name: email, physicalName: X",
        "email, physicalName: X",
        "mapped twice",
        "one",
    ),
    (
        "name: postal_code, ",
        "name: channels_email, physicalName: optin, ",
        "channels_email",
        "channels is mapped as a list and as yes/no columns",
        "keep the list, or the yes/no columns",
    ),
    (
        "name: postal_code, ",
        "name: channels_fax, physicalName: fax, ",
        "channels_fax",
        "name is not a canonical field of leads",
        "did you mean channels",
    ),
    (
        'listSeparator, value: ","',
        "listSeparator, value: []",
        "[]}\n      - {name: postal",
        "listSeparator is not a text",
        "correct",
    ),
    ("format: dd/MM/yyyy HH:mm", "format: DD/MM/YYYY", "DD/MM/YYYY", "the date pattern can't be read", "dd/MM/yyyy"),
    (
        "defaultTimezone: Europe/Paris",
        "defaultTimezone: Europe/Pari",
        "Europe/Pari\n",
        "is not an IANA time zone",
        "Paris",
    ),
    (
        "value: refused, label: non",
        "value: denied, label: non",
        "denied",
        "a value of decision is not one of",
        "refused",
    ),
    ("value: refused, label: non", "value: refused, label: OUI", "OUI", "already stands for another value", "own word"),
    ("    path: leads_*.csv\n", "", "server: leads", "leads.path is missing", "glob"),
    ("path: leads_*.csv", "path: ../leads_*.csv", "../leads", "leads.path is not a glob", "below the delivery folder"),
    ("    format: csv\n", "    format: cvs\n", "cvs", "leads.format is not one of", "did you mean csv?"),
    ('delimiter: ";"', 'delimiter: ";;"', '";;"', "leads.delimiter is not one character", "tab"),
    ("encoding: windows-1252", "encoding: windows-1525", "windows-1525", "leads.encoding is not the name", "utf-8"),
    (
        "server: consent_proofs",
        "server: proofs",
        "- server: leads",
        "servers has no consent_proofs",
        "server: consent_proofs",
    ),
    (
        "  - name: consent_proofs",
        "  - name: proofs",
        "- name: leads\n",
        "schema has no consent_proofs",
        "name: consent_proofs",
    ),
    ("reviewed_on: 2025-12-01", "reviewed_on: 01/12/2025", "01/12/2025", "reviewed_on is not a date", "2026-08-11"),
    ("        reviewed_on: 2025-12-01\n", "", "form_id: devis", "reviewed_on is missing", "date"),
    ("form_id: devis\n        ", "", 'form_version: "7"', "form_id is missing", "text"),
    ("text_sha256: A7", "text_sha256: Z7", "Z7A8", "text_sha256 is not a SHA-256", "64 hex digits"),
    ("mentions: [identity, choice]", "mentions: [identity, chioce]", "chioce", "mentions[1] is not one of", "choice?"),
    ("status: active\n", "", "apiVersion", "status is missing", "text"),
    ("proofDeadline, value", "claimWindow, value", "claimWindow, value: 30", "claimWindow is given twice", "keep one"),
    (
        "property: instrument, value: order_form",
        "property: audience, value: x",
        "audience, value: consumer",
        "audience is given twice",
        "keep one",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "message", "remedy"), UNREADABLE, ids=[row[3] for row in UNREADABLE])
def test_a_term_that_cannot_be_read_stops_the_contract(
    tmp_path: Path, old: str, new: str, where: str, message: str, remedy: str
) -> None:
    text = changed(old, new)
    examined = examine(tmp_path, text)
    assert examined.contract is None
    errors = [problem for problem in examined.problems if message in problem.message and remedy in str(problem)]
    assert errors, "\n".join(map(str, examined.problems))
    assert (errors[0].line, errors[0].column) == place(text, where)
    assert f"2026-01-01.odcs.yaml:{errors[0].line}:{errors[0].column}: error: " in str(errors[0])


# the same, for what a readable contract should not say; then the severity
REPORTED = [
    (
        "consentMaxAgeMonths, value: 11",
        "consentMaxAgeMonths, value: 18",
        "18}",
        "consentMaxAgeMonths loosens the law, which lets a phone consent last 12 months at most",
        "at most 12 (C. consom., art. R. 223-1",
        "error",
    ),
    ("consent: 0.01", "consent: 0.02", "0.02", "tolerance for consent is above 1%", "0.01", "error"),
    ("proof: 0\n", "proof: 0.011\n", "0.011", "tolerance for proof is above 1%", "0.01", "error"),
    ("quality: 0.05", "quality: 0.2", "0.2\n", "tolerance for quality is above 5%", "0.05", "warning"),
    ("quality: 0.05", "qualtiy: 0.05", "qualtiy", "unknown key 'qualtiy'", "did you mean quality?", "error"),
    (
        "sector, value: furniture",
        "sector, value: energy_renovation",
        "phone]}\n",
        "phone leads are bought",
        "take phone",
        "error",
    ),
    (
        "sector, value: furniture",
        "sector, value: CPF trainings",
        "CPF",
        "none that we know",
        "cpf_training?",
        "warning",
    ),
    (
        "  - {property: sector, value: furniture}\n",
        "",
        "- property: advertiser",
        "the sector is missing",
        "name it",
        "warning",
    ),
    ("siren: 732829320", "siren: 732829321", "732829321", "wrong check digit", "register", "error"),
    ("      phone: 3.5", "      sms: 3.5", "sms: 3.5", "a price for sms", "add sms", "error"),
    ("      phone: 3.5", "      fax: 3.5", "fax: 3.5", "unknown key 'fax'", "known: email", "error"),
    ("value: [lead_duplicate, ", "value: [lead_duplicates, ", "lead_duplicates", "no rule", "lead_duplicate?", "error"),
    ("path: proofs/*.xlsx", "path: leads_*.csv", "- server: leads", "claim the same files", "own glob", "error"),
    (
        "property: goodsServices",
        "property: goodServices",
        "goodServices",
        "unknown customProperty",
        "goodsServices?",
        "error",
    ),
    (
        "property: listSeparator",
        "property: separator",
        "separator",
        "unknown customProperty",
        "listSeparator?",
        "error",
    ),
    ("property: maxLeadAge", "property: max_lead_age", "max_lead_age", "unknown service level", "maxLeadAge?", "error"),
    ("property: maxLeadAge", "property: mood", "mood", "unknown service level", "not read", "warning"),
    ("status: active", "status: actve", "actve", "unknown status", "did you mean active?", "error"),
    ("status: active", "status: suspended", "suspended", "unknown status", "the standard's", "warning"),
    ("apiVersion: v3.2.0", "apiVersion: v2.2.2", "v2.2.2", "not written in version 3", "v3.1.0", "error"),
    ("kind: DataContract\n", "", "apiVersion", "'kind' is missing", "add kind", "error"),
    (
        "kind: DataContract",
        "kind: Contract",
        "Contract\n",
        "'kind' is not one of DataContract",
        "did you mean",
        "error",
    ),
    ("version: 1.2.0", "version: 1.2", "1.2\nstatus", "version is read as a number", "in quotes", "warning"),
    (
        'form_version: "7"',
        "form_version: 1.10",
        "1.10",
        "form_version is read as a number, 1.10 as",
        "quotes",
        "warning",
    ),
    ("apiVersion: v3.2.0", "apiVersion: v3.1.0", "v3.1.0", "came with v3.2.0", "apiVersion: v3.2.0", "warning"),
    ("sector, value: furniture", "sector, value: gaming", "gaming", "none that we know", "one of energy_r", "warning"),
    ("name: Leads of Exemple", "nmae: Leads", "nmae", "unknown key 'nmae'", "did you mean name?", "error"),
    ('delimiter: ";"', 'delimitre: ";"', "delimitre", "unknown key 'delimitre'", "did you mean delimiter?", "error"),
    ("    - username: sales", "    - name: sales", "name: sales", "'username' is missing", "add username", "error"),
    ("unique: true", "uniq: true", "uniq: ", "unknown key 'uniq'", "did you mean unique?", "error"),
    (
        "physicalName: Téléphone",
        "physicalName: Courriel",
        "Courriel, logicalType: string}\n      - name: channels",
        "the column is mapped twice",
        "one field",
        "error",
    ),
    (
        "postal_code, logicalType: string",
        "postal_code",
        "{name: postal_code",
        "has no logicalType",
        "give one; it is read as string",
        "warning",
    ),
    (
        "postal_code, logicalType: string",
        "postal_code, items: {name: code}",
        "{name: postal_code",
        "has no logicalType",
        "give one; it is read as array",
        "warning",
    ),
    ("yyyyMMdd}", "yyyyMMdd, defaultTimezone: UTC}", "defaultTimezone: UTC", "unknown key", "remove it", "error"),
    (
        "          defaultTimezone: Europe/Paris\n",
        "",
        "name: collected_at",
        "local time without",
        "Europe/Paris",
        "warning",
    ),
    (
        "logicalType: timestamp",
        "logicalType: string",
        "string\n        logical",
        "is an instant",
        "timestamp or date",
        "warning",
    ),
    (
        "name: consent_at, ",
        "name: withdrawn_at, ",
        "name: consent_proofs\n    p",
        "do not map consent_at",
        "consent_at",
        "error",
    ),
    ("name: lead_id, ", "name: form_id, ", "name: leads\n", "do not map lead_id", "add a property", "error"),
    ("box_prechecked: false", "box_checked: false", "box_checked", "unknown key", "box_prechecked?", "error"),
]


@pytest.mark.parametrize(
    ("old", "new", "where", "message", "remedy", "severity"), REPORTED, ids=[f"{row[1]}" for row in REPORTED]
)
def test_what_a_contract_should_not_say_is_reported_and_an_error_keeps_it_from_judging(
    tmp_path: Path, old: str, new: str, where: str, message: str, remedy: str, severity: str
) -> None:
    text = changed(old, new)
    examined = examine(tmp_path, text)
    is_faulty = any(problem.severity == "error" for problem in examined.problems)
    assert (examined.contract is None) == is_faulty, "\n".join(map(str, examined.problems))
    found = [problem for problem in examined.problems if message in problem.message and remedy in str(problem)]
    assert found, "\n".join(map(str, examined.problems))
    assert (found[0].line, found[0].column, found[0].severity) == (*place(text, where), severity)


@pytest.mark.parametrize(
    "field",
    [
        {"name": "phone"},
        {"name": "channels", "logicalType": "array", "items": {"enum": [{"value": "sms"}]}},
        {"name": "contact", "logicalType": "object", "properties": [{"name": "email"}]},
        {"name": "persons", "items": {"name": "person", "properties": [{"name": "email"}]}},
        {"name": "answers", "logicalType": "map", "map": {"key": {"name": "asked"}, "value": {"name": "said"}}},
        {"name": "pages", "map": {"key": {"name": "page"}, "value": {"items": {"name": "seen"}}}},
    ],
    ids=lambda field: field["name"],
)
def test_the_standard_lets_a_type_be_left_out_at_any_depth(field: dict[str, Any]) -> None:
    head = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "a", "version": "1", "status": "active"}
    assert standard_issues({**head, "schema": [{"name": "leads", "properties": [field]}]}) == []


def test_a_missing_proof_deadline_is_said_with_the_line_to_add(tmp_path: Path) -> None:
    text = changed("  - {property: proofDeadline, value: 72, unit: h}\n", "")
    problem = only_problem(examine(tmp_path, text))
    line = place(text, "- {property: claimWindow")[0]
    assert str(problem) == (
        f"{tmp_path / 'exemple-leads' / '2026-01-01.odcs.yaml'}:{line}:3: error: proofDeadline is missing "
        "(add {property: proofDeadline, value: 72, unit: h})"
    )


def test_decision_need_not_be_mapped_when_only_given_consents_come(tmp_path: Path) -> None:
    text = changed("onlyGivenConsents, value: false", "onlyGivenConsents, value: true")
    text = text.replace("name: decision", "name: user_agent")
    examined = examine(tmp_path, text)
    assert not [problem for problem in examined.problems if "do not map" in problem.message]


def test_one_of_email_and_phone_is_enough(tmp_path: Path) -> None:
    one = changed("      - {name: email, physicalName: Courriel, logicalType: string}\n", "")
    assert examine(tmp_path, one).problems == ()
    none = one.replace("      - {name: phone, physicalName: Téléphone, logicalType: string}\n", "")
    assert only_problem(examine(tmp_path, none)).message == "leads map neither email nor phone"


def test_calls_are_banned_for_consumers_and_messages_only_warned_about(tmp_path: Path) -> None:
    text = changed("sector, value: furniture", "sector, value: cpf_training")
    severities = [(problem.severity, problem.message.split()[0]) for problem in examine(tmp_path, text).problems]
    assert severities == [("warning", "email"), ("error", "phone")]
    companies = text.replace("audience, value: consumer", "audience, value: legal_person")
    assert examine(tmp_path, companies).problems == ()


def test_everything_is_said_in_one_pass_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed("consent: 0.01", "consent: 0.5").replace("value: 72", "value: x").replace("unique: true", "uniq: 1")
    problems = examine(tmp_path, text).problems
    assert [problem.line for problem in problems] == [place(text, what)[0] for what in ("uniq", "value: x", "0.5")]


def test_an_unreadable_contract_names_all_its_errors(tmp_path: Path) -> None:
    text = changed("value: 72", "value: x").replace("audience, value: consumer", "audience, value: all")
    examined = examine(tmp_path, text)
    assert examined.contract is None
    first, second = (problem for problem in examined.problems if problem.severity == "error")
    assert ("proofDeadline" in str(first), "audience" in str(second)) == (True, True)


@pytest.mark.parametrize(
    ("sector", "banned"),
    [
        ("renovation_energetique", True),
        ("Pompe à chaleur", True),
        ("Économies d\u2019énergie", True),
        ("isolation", True),
        ("CPF", True),
        ("monte-escalier", True),
        ("mutuelle", False),
        ("ameublement", False),
    ],
)
def test_sectors_are_known_by_their_french_names(tmp_path: Path, sector: str, banned: bool) -> None:
    examined = examine(tmp_path, changed("sector, value: furniture", f'sector, value: "{sector}"'))
    assert any("may not be used" in problem.message for problem in examined.problems) == banned
    assert (examined.contract is None) == banned
    assert banned or not examined.problems


def test_a_flag_where_a_text_is_expected_is_to_be_quoted(tmp_path: Path) -> None:
    problem = only_problem(examine(tmp_path, changed("form_id: devis", "form_id: no")))
    assert (problem.message, problem.remedy) == ("approvedForms[0].form_id is not a text", "put it in quotes")


# A contract under which no lead can ever be usable

_PROOF_COLUMNS = {
    "consent_text": "  - {name: consent_text, physicalName: texte, logicalType: string}\n",
    "recipients": "  - {name: recipients, physicalName: destinataires, logicalType: array}\n",
    "form_version": "  - {name: form_version, physicalName: édition, logicalType: string}\n",
    "phone": "  - {name: phone, physicalName: numéro, logicalType: string}\n",
}
UNUSABLE = [
    ("consent_text", "do not map consent_text, needed by consent_form_version_known, proof_individual_record", ""),
    ("form_version", "do not map form_version, needed by proof_individual_record", ""),
    ("phone", "do not map phone or phone_sha256, needed by proof_matches_lead", " for phone"),
]


@pytest.mark.parametrize(("field", "message", "where"), UNUSABLE, ids=[row[0] for row in UNUSABLE])
def test_a_proof_field_that_a_blocking_rule_needs_is_asked_for(
    tmp_path: Path, field: str, message: str, where: str
) -> None:
    text = changed(f"    {_PROOF_COLUMNS[field]}", "")
    examined = examine(tmp_path, text)
    found = [problem for problem in examined.problems if message in problem.message]
    assert found, "\n".join(map(str, examined.problems))
    assert found[0].message.endswith(f"no lead resting on consent can ever be usable{where}")
    assert (found[0].severity, examined.contract is None) == ("warning", False)


def test_one_of_the_fields_that_would_do_is_enough(tmp_path: Path) -> None:
    text = changed("name: recipients, physicalName", "name: recipient_sirens, physicalName")
    assert examine(tmp_path, text).problems == ()
    neither = changed(f"    {_PROOF_COLUMNS['recipients']}", "")
    told = [problem.message for problem in examine(tmp_path, neither).problems]
    assert any("partner_list_version or recipient_sirens or recipients" in message for message in told)
    assert any("do not map recipients or recipient_sirens, needed by" in message for message in told)


def test_a_contract_without_a_reviewed_form_is_warned_about(tmp_path: Path) -> None:
    start = VALID.index("  - property: approvedForms")
    text = VALID[:start] + VALID[VALID.index("  - {property: ownerTeam") :]
    problem = only_problem(examine(tmp_path, text))
    assert problem.message.startswith(
        "no form is reviewed, as needed by consent_equal_prominence_refusal, consent_form_version_known"
    )
    assert problem.severity == "warning"


def test_a_review_that_is_silent_on_terms_is_warned_about(tmp_path: Path) -> None:
    problem = only_problem(examine(tmp_path, changed("        separate_from_terms: true\n", "")))
    assert (problem.severity, problem.message) == (
        "warning",
        "the review does not say separate_from_terms: consent_not_in_terms is not asked of its leads",
    )


def test_leads_without_a_channel_column_are_judged_on_every_channel(tmp_path: Path) -> None:
    start, end = VALID.index("      - name: channels\n"), VALID.index("      - {name: postal_code")
    problem = only_problem(examine(tmp_path, VALID[:start] + VALID[end:]))
    assert problem.message == "leads do not map channels: each lead is judged on all of email, phone"


def test_companies_too_need_the_proof_of_a_consent_that_is_claimed(tmp_path: Path) -> None:
    text = changed(f"    {_PROOF_COLUMNS['consent_text']}", "").replace(
        "audience, value: consumer", "audience, value: legal_person"
    )
    assert "proof_individual_record" in only_problem(examine(tmp_path, text)).message


@pytest.mark.parametrize(
    ("sector", "bases", "is_refused"),
    [
        ("energy_renovation", "[callback_request]", False),
        ("energy_renovation", "[consent, callback_request]", True),
        ("cpf_training", "[callback_request]", True),
    ],
)
def test_calls_in_a_banned_sector_may_be_ordered_for_those_alone_who_ask(
    tmp_path: Path, sector: str, bases: str, is_refused: bool
) -> None:
    text = changed("[consent, callback_request]", bases).replace("sector, value: furniture", f"sector, value: {sector}")
    found = {
        problem.severity for problem in examine(tmp_path, text).problems if "phone leads are bought" in problem.message
    }
    assert found == ({"error"} if is_refused else set())


LISTED = VALID[VALID.index("      - name: channels\n") : VALID.index("      - {name: postal_code")]
YES_NO = "".join(
    f"      - {{name: channels_{channel}, physicalName: optin_{channel}, logicalType: boolean}}\n"
    for channel in ("email", "phone")
)


def test_yes_no_columns_take_the_place_of_the_list(tmp_path: Path) -> None:
    examined = examine(tmp_path, VALID.replace(LISTED, YES_NO))
    assert examined.problems == ()
    assert examined.contract
    assert "channels" in examined.contract.leads.mapped_fields
    assert examined.contract.leads.columns_of("channels") == ("optin_email", "optin_phone")


def test_a_channel_with_two_yes_no_columns_is_an_error(tmp_path: Path) -> None:
    text = VALID.replace(LISTED, YES_NO.replace("name: channels_phone", "name: channels_email"))
    problems = [problem for problem in examine(tmp_path, text).problems if problem.severity == "error"]
    [problem] = problems
    assert problem.message == "channels_email is mapped twice in leads"
    assert (problem.line, problem.column) == place(text, "channels_email, physicalName: optin_phone")


def test_a_bought_channel_without_a_yes_no_column_is_told(tmp_path: Path) -> None:
    [email, _] = YES_NO.splitlines(keepends=True)
    problem = only_problem(examine(tmp_path, VALID.replace(LISTED, email)))
    assert problem.message == "leads have yes/no columns for channels and none for phone, which is bought"
    assert (problem.severity, problem.remedy) == (
        "warning",
        "add a property with name: channels_phone; without it no row has that channel",
    )


def test_a_method_that_is_not_there_is_a_warning_and_keeps_the_contract_judging(tmp_path: Path) -> None:
    path = write(tmp_path, changed('scoringMethod, value: "1"', 'scoringMethod, value: "3"'))
    examined = examine_contract(path, catalogue=shipped_catalogue(), methods=("1", "2"))
    [problem] = examined.problems
    assert (problem.severity, problem.message) == ("warning", "unknown version: the vendor is not scored")
    assert examined.contract is not None
    assert examined.contract.scoring_method == "3"
