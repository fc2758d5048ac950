"""`opposable contracts init`: what is drafted from samples is right, asks where it isn't sure, and repeats no value."""

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from typer.testing import CliRunner

from pipelines.commands.contracts import app
from pipelines.contracts.book import examine_contract
from pipelines.contracts.contract import Contract, FileTerms
from pipelines.dates.patterns import date_pattern
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.reading import read_file
from pipelines.drafts.document import draft_document
from pipelines.drafts.files import LIKELY, SURE, UNSURE, DraftedFiles, draft_both, draft_files
from pipelines.drafts.samples import read_samples
from pipelines.formats.delimited.dialects import DELIMITERS
from pipelines.formats.raw import RawFile
from pipelines.simulation.market import simulate
from pipelines.vocabulary.clock import tick_of
from pipelines.vocabulary.column_names import near_names, nearness
from tests.support.contract_files import read_contract
from tests.support.format_files import ods, xlsx
from tests.support.houses import days_between, house_at, read_all, reconcile

FIRST, LAST = date(2026, 7, 28), date(2026, 7, 29)
ROLES = ("leads", "consent_proofs")
ROUND_TRIPS = ("agence-du-rhone", "tardivo-data", "multibase-pro")


@dataclass(frozen=True)
class Drafted:
    """What was drafted for one role of a vendor, beside its true terms."""

    vendor: str
    truth: FileTerms
    draft: DraftedFiles

    def outcomes(self) -> Iterator[tuple[str, str, bool]]:
        """Column of the contract -> how sure, and whether it is mapped as in the contract."""
        fields = {field.terms.physical_name: field for field in self.draft.fields}
        for terms in self.truth.fields:
            found = fields.get(terms.physical_name)
            yield (
                terms.physical_name,
                found.confidence if found else UNSURE,
                bool(found and found.terms.name == terms.name),
            )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small market: eight vendors with files of every format."""
    home = tmp_path_factory.mktemp("market")
    simulate(home, seed=11, first_day=FIRST, days=3, leads=25)
    return home


def first_contract(home: Path, vendor: str) -> Contract:
    return read_contract(min((home / "contracts" / vendor).iterdir()))


def samples_of(home: Path, vendor: str, terms: FileTerms) -> list[Path]:
    """The vendor's largest files of a role that are as its first contract says, for two days."""
    folders = [home / "inbox" / vendor / day.isoformat() for day in (FIRST, date(2026, 7, 29))]
    files = sorted(
        (path for folder in folders for path in folder.glob(terms.path)), key=lambda path: path.stat().st_size
    )
    return [path for path in files if is_as_agreed(path, terms)][-2:]


def is_as_agreed(path: Path, terms: FileTerms) -> bool:
    raw = read_file(DeliveredFile(path.name, path, "", path.stat().st_size), terms)
    if not isinstance(raw, RawFile) or raw.format_differences:
        return False
    return {field.physical_name for field in terms.fields} <= set(raw.columns)


@pytest.fixture(scope="module")
def drafts(home: Path) -> dict[tuple[str, str], Drafted]:
    found = {}
    for folder in sorted((home / "contracts").iterdir()):
        contract = first_contract(home, folder.name)
        for role, truth in zip(ROLES, (contract.leads, contract.consent_proofs), strict=True):
            samples = read_samples(samples_of(home, folder.name, truth), role)
            found[folder.name, role] = Drafted(folder.name, truth, draft_files(role, samples))
    return found


# The sample market, in every layout


def test_nine_columns_in_ten_are_mapped_as_in_the_contract(drafts: dict[tuple[str, str], Drafted]) -> None:
    assert len(drafts) == 22
    for key, drafted in drafts.items():
        right = [is_right for _, _, is_right in drafted.outcomes()]
        assert sum(right) / len(right) > 0.9, key


def test_what_is_called_sure_is_right(drafts: dict[tuple[str, str], Drafted]) -> None:
    sure = [
        (key, name, is_right) for key, one in drafts.items() for name, how, is_right in one.outcomes() if how == SURE
    ]
    assert len(sure) > 200
    assert [(key, name) for key, name, is_right in sure if not is_right] == []


def test_what_is_not_sure_asks(drafts: dict[tuple[str, str], Drafted]) -> None:
    for drafted in drafts.values():
        for field in drafted.draft.fields:
            assert field.confidence == SURE or field.questions


def test_dialects_and_globs_are_those_of_the_contracts(drafts: dict[tuple[str, str], Drafted]) -> None:
    for key, drafted in drafts.items():
        truth, found = drafted.truth, drafted.draft.terms
        assert (found.path, found.format, found.delimiter) == (truth.path, truth.format, truth.delimiter), key
        assert (found.sheet, found.quote) == (truth.sheet, truth.quote), key
        assert (found.encoding or "UTF-8").lower() == (truth.encoding or "UTF-8").lower(), key


def test_words_separators_and_patterns_are_those_of_the_contract(drafts: dict[tuple[str, str], Drafted]) -> None:
    drafted = drafts["agence-du-rhone", "leads"].draft
    channels, collected = drafted.field("channels"), drafted.field("collected_at")
    assert channels
    assert collected
    assert channels.terms.list_separators == (",",)
    assert {"téléphone": "phone", "SMS": "sms"}.items() <= channels.terms.enum.items()
    assert (collected.terms.format, collected.terms.default_timezone) == ("dd/MM/yyyy HH:mm:ss", "Europe/Paris")
    assert any("which zone?" in question for question in collected.questions)


def answered(text: str) -> str:
    """A draft with the answers that only people have."""
    answers = {
        "name: null": "name: Télécom du Ponant",
        "siren: null": 'siren: "904127354"',
        "property: audience\n    value: null": "property: audience\n    value: consumer",
        "property: channels\n    value: null": "property: channels\n    value: [email, sms, phone, automated_call]",
        "property: proofDeadline, value: null": "property: proofDeadline, value: 72",
        "status: draft": "status: active",
    }
    for open_, answer in answers.items():
        text = text.replace(open_, answer)
    return re.sub(r" *# QUESTION.*\n", "", text)


@pytest.mark.parametrize("vendor", ROUND_TRIPS)
def test_an_answered_draft_lints_clean_and_takes_in_the_files_as_the_contract_does(
    home: Path, drafts: dict[tuple[str, str], Drafted], vendor: str, tmp_path: Path
) -> None:
    text = draft_document(vendor, drafts[vendor, "leads"].draft, drafts[vendor, "consent_proofs"].draft)
    path = tmp_path / "contracts" / vendor / "2026-01-01.odcs.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(answered(text), encoding="utf-8")
    examined = examine_contract(path)
    assert [str(problem) for problem in examined.problems if problem.severity == "error"] == []
    shutil.copytree(home / "inbox" / vendor, tmp_path / "inbox" / vendor)
    before = tmp_path / "before"
    for folder in ("contracts", "inbox"):
        shutil.copytree(home / folder / vendor, before / folder / vendor)
    counts = []
    for place in (tmp_path, before):
        house = house_at(place)
        reconcile(house, [vendor], days_between(FIRST, LAST), tick_of(LAST))
        counts.append({table: read_all(house.lake, table).num_rows for table in ROLES})
    drafted, true = counts
    assert true["leads"] > 20
    for role in ROLES:
        assert drafted[role] >= 0.97 * true[role], role


# Other vendors, written by hand

CRM = """Rapport des leads du mois;;;;;;;
;;;;;;;
Référence;Horodatage;Mél;Portable;Prénom;Nom de famille;CP;Opt-in SMS
A-1;01/02/2026 à 09:05;zoe.durand@example.org;06 12 34 56 78;Zoé;Durand;75011;O
A-2;03/04/2026 à 10:15;yann.leroy@example.org;07 12 34 56 78;Yann;Leroy;29200;N
A-3;05/06/2026 à 11:25;ines.moreau@example.org;06 98 76 54 32;Inès;Moreau;69003;O
A-4;07/08/2026 à 12:35;hugo.petit@example.org;06 11 22 33 44;Hugo;Petit;13001;O
A-5;09/10/2026 à 13:45;lea.simon@example.org;07 55 44 33 22;Léa;Simon;33000;N
A-6;11/12/2026 à 14:55;tom.garcia@example.org;06 77 88 99 00;Tom;Garcia;59000;N
"""
SAAS = "\n".join(
    f'{{"id": "ld_{number}", "createdAt": "2026-08-{number + 13}T10:00:00Z", "score": {number}, "contact": '
    f'{{"emailAddress": "p{number}@example.org", "mobilePhone": "+336123456{number}0", "first": "Ana"}}, '
    f'"consent": {{"token": "c{number}", "legalBasis": "opt-in"}}, "pageUrl": "https://site.example/f?x={number}", '
    f'"custom": {{"surface": 80, "chauffage": "gaz"}}}}'
    for number in range(1, 9)
)
US = (
    "lead id\tsubmitted\temail address\tprimary phone\tzip\tadult\n"
    "1\t08/13/2026 5:04 PM\ta@example.org\t0612345678\t75001\tOK\n"
    "2\t08/14/2026 6:04 AM\tb@example.org\t0612345679\t75002\tKO\n"
    "3\t08/01/2026 7:04 PM\tc@example.org\t0612345670\t75003\tOK\n"
)


def drafted_from(tmp_path: Path, name: str, content: str, role: str = "leads", encoding: str = "utf-8") -> DraftedFiles:
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return draft_files(role, read_samples([path], role))


def mapping(drafted: DraftedFiles) -> dict[str, tuple[str, str]]:
    return {field.terms.physical_name: (field.terms.name, field.confidence) for field in drafted.fields}


def test_an_export_with_title_lines_and_dates_that_read_both_ways(tmp_path: Path) -> None:
    drafted = drafted_from(tmp_path, "Export CRM 2026-08-01 (3).csv", CRM, encoding="cp1252")
    found = mapping(drafted)
    assert found | {"Portable": ("phone", SURE)} == found
    assert {column: field for column, (field, _) in found.items()} == {
        "Référence": "lead_id",
        "Horodatage": "collected_at",
        "Mél": "email",
        "Portable": "phone",
        "Prénom": "first_name",
        "Nom de famille": "last_name",
        "CP": "postal_code",
        "Opt-in SMS": "channels_sms",
    }
    unsaid = "no column says yes or no to email, phone, automated_call: then no row has these channels; is that so?"
    assert unsaid in drafted.questions
    collected = drafted.field("collected_at")
    assert collected
    assert collected.terms.format == "dd/MM/yyyy 'à' HH:mm"
    assert any(question.startswith("day or month first?") for question in collected.questions)
    assert (drafted.terms.delimiter, drafted.terms.encoding) == (";", "windows-1252")
    assert drafted.terms.path == "Export CRM *.csv"


def test_nested_json_is_mapped_by_its_paths(tmp_path: Path) -> None:
    drafted = drafted_from(tmp_path, "leads.jsonl", SAAS)
    assert {column: field for column, (field, _) in mapping(drafted).items()} == {
        "id": "lead_id",
        "createdAt": "collected_at",
        "contact.emailAddress": "email",
        "contact.mobilePhone": "phone",
        "contact.first": "first_name",
        "consent.token": "consent_id",
        "consent.legalBasis": "claimed_basis",
        "pageUrl": "source_url",
        "custom": "answers",
    }
    basis = drafted.field("claimed_basis")
    assert basis
    assert basis.terms.enum == {"opt-in": "consent"}
    assert any("is the file always called so?" in question for question in drafted.questions)


def test_american_dates_and_halves_of_the_day(tmp_path: Path) -> None:
    drafted = drafted_from(tmp_path, "q_20260814.tsv", US)
    collected, adult = drafted.field("collected_at"), drafted.field("over_18")
    assert collected
    assert adult
    assert collected.terms.format == "MM/dd/yyyy h:mm a"
    assert dict(adult.terms.enum) == {}  # the intake knows these words of itself
    assert mapping(drafted)["primary phone"][0] == "phone"


def test_columns_without_a_telling_name_are_known_by_what_they_hold(tmp_path: Path) -> None:
    rows = "\n".join(f"{n};p{n}@example.org;06123456{n:02};Z{n}" for n in range(10, 40))
    drafted = drafted_from(tmp_path, "l_1.csv", f"a;b;c;d\n{rows}\n")
    assert mapping(drafted) == {"b": ("email", LIKELY), "c": ("phone", LIKELY)}
    assert sum("Without it every row is rejected" in question for question in drafted.questions) == 2


FIXED, MOBILE = "01 44 55 40 {:02}", "06 12 34 56 {:02}"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"mobile": MOBILE, "telephone_fixe": FIXED}, {"mobile": "phone", "telephone_fixe": "other_phones"}),
        ({"Tél. fixe": FIXED, "Portable": MOBILE}, {"Tél. fixe": "other_phones", "Portable": "phone"}),
        ({"Téléphone": FIXED, "Portable": MOBILE}, {"Téléphone": "other_phones", "Portable": "phone"}),
        ({"tel1": MOBILE, "tel2": MOBILE}, {"tel1": "phone", "tel2": "other_phones"}),
        ({"telephone_fixe": FIXED}, {"telephone_fixe": "phone"}),
        ({"home phone": FIXED}, {"home phone": "phone"}),
        ({"c": MOBILE}, {"c": "phone"}),
        ({"c": FIXED, "d": MOBILE}, {"c": "other_phones", "d": "phone"}),
        ({"phone": MOBILE, "other_phones": FIXED}, {"phone": "phone", "other_phones": "other_phones"}),
    ],
)
def test_of_two_columns_of_phones_the_mobile_one_is_the_lead_s(
    tmp_path: Path, columns: dict[str, str], expected: dict[str, str]
) -> None:
    rows = [
        f"{n};2026-08-{n:02};p{n}@example.org;" + ";".join(map(str.format, columns.values(), [n] * 2))
        for n in range(10, 30)
    ]
    content = "\n".join([f"lead_id;date;email;{';'.join(columns)}", *rows])
    found = mapping(drafted_from(tmp_path, "l_1.csv", f"{content}\n"))
    assert {column: field for column, (field, _) in found.items() if column in columns} == expected


@pytest.mark.parametrize("separator", ["|", ",", "/", ";"])
def test_the_mark_between_further_numbers_is_found(tmp_path: Path, separator: str) -> None:
    rows = "\n".join(
        f"L{n}\t2026-08-{n}\t06123456{n}\t+33 1 44 55 40 {n}{separator}01.44.55.41.{n}" for n in range(10, 30)
    )
    drafted = drafted_from(tmp_path, "l_1.tsv", f"lead_id\tdate\tphone\tautres téléphones\n{rows}\n")
    others = drafted.field("other_phones")
    assert others
    assert (others.terms.logical_type, others.terms.list_separators, others.confidence) == ("array", (separator,), SURE)


def test_a_name_that_its_values_belie_is_not_called_sure(tmp_path: Path) -> None:
    rows = "\n".join(f"{n};2026-08-0{n};call {n};p{n}@example.org" for n in range(1, 8))
    found = mapping(drafted_from(tmp_path, "l_1.csv", f"lead_id;date;email;phone\n{rows}\n"))
    assert all(how == UNSURE for column, (_, how) in found.items() if column in ("email", "phone"))
    assert found["lead_id"] == ("lead_id", SURE)


def test_files_in_an_archive_are_samples_of_their_own(tmp_path: Path) -> None:
    archive = tmp_path / "lot.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("us_20260813.tsv", US)
        packed.writestr("us_20260814.tsv", US)
    assert draft_files("leads", read_samples([archive], "leads")).terms.path == "us_*.tsv"


# The format of a file is found as the intake finds it

FIELDS = {
    "lead_id": "lead_id",
    "date_collecte": "collected_at",
    "email": "email",
    "telephone": "phone",
    "nom": "last_name",
}
LEADS = [
    [f"L{n}", f"2026-08-{n + 10}T10:05:00Z", f"zoe.{n}@example.org", f"06123456{n:02d}", "Durand, dite Zoé"]
    for n in range(1, 9)
]


PROOFS = "consent_id;canaux;decision;date_consentement\n" + "".join(
    f"c{n};email|sms;given;2026-08-{n + 10}T10:05:00Z\n" for n in range(1, 9)
)


def terms_drafted(tmp_path: Path, drafted: DraftedFiles) -> FileTerms:
    """What a contract says of lead files that is the draft with answers."""
    proofs = drafted_from(tmp_path, "proofs_1.csv", PROOFS, "consent_proofs")
    path = tmp_path / "acme" / "2026-01-01.odcs.yaml"
    path.parent.mkdir()
    path.write_text(answered(draft_document("acme", drafted, proofs)), encoding="utf-8")
    return read_contract(path).leads


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_a_draft_reads_its_own_sample_whatever_the_delimiter(tmp_path: Path, delimiter: str, quoting: int) -> None:
    path = tmp_path / "leads_1.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=quoting).writerows([FIELDS, *LEADS])  # type: ignore[arg-type]
    drafted = draft_files("leads", read_samples([path], "leads"))
    assert {column: field for column, (field, _) in mapping(drafted).items()} == FIELDS
    terms = terms_drafted(tmp_path, drafted)
    assert (terms.format, terms.delimiter) == ("csv", delimiter)
    raw = read_file(DeliveredFile(path.name, path, "", path.stat().st_size), terms)
    assert isinstance(raw, RawFile)
    assert (raw.columns, raw.format_differences) == (tuple(FIELDS), ())
    assert [list(row.values()) for chunk in raw.chunks() for row in chunk.table.to_pylist()] == LEADS


def test_the_edges_of_a_sample_are_those_that_the_intake_sees(tmp_path: Path) -> None:
    rows = [*[[f"Titre {n}"] for n in range(40)], list(FIELDS), *LEADS, ["Somme", "8"], ["EOF"]]
    (tmp_path / "leads_1.xlsx").write_bytes(xlsx(("Leads", rows)))
    text = io.StringIO()
    csv.writer(text, delimiter="#").writerows(rows)
    (tmp_path / "leads_1.csv").write_text(text.getvalue(), encoding="utf-8")
    for sample in read_samples([tmp_path / "leads_1.xlsx", tmp_path / "leads_1.csv"], "leads"):
        assert sample.row_count == len(LEADS)
        assert [
            list(row) for row in zip(*(column.to_pylist() for column in sample.columns.values()), strict=True)
        ] == LEADS


def test_the_sheet_with_known_names_is_drafted(tmp_path: Path) -> None:
    path = tmp_path / "leads_1.ods"
    path.write_bytes(ods(("Vide", []), ("Lisez-moi", [["Export du", "11/08"]]), ("Contacts", [list(FIELDS), *LEADS])))
    drafted = draft_files("leads", read_samples([path], "leads"))
    assert (drafted.terms.format, drafted.terms.sheet) == ("ods", "Contacts")
    assert {column: field for column, (field, _) in mapping(drafted).items()} == FIELDS


def test_rows_in_an_object_of_one_line_are_drafted(tmp_path: Path) -> None:
    document = {"total": 8, "leads": [dict(zip(FIELDS, lead, strict=True)) for lead in LEADS]}
    drafted = drafted_from(tmp_path, "leads_1.json", json.dumps(document))
    assert drafted.terms.format == "json"
    assert {column: field for column, (field, _) in mapping(drafted).items()} == FIELDS


# Nothing of a person is repeated


def test_no_delivered_value_is_in_the_draft_or_on_the_screen(tmp_path: Path) -> None:
    files = {"crm_1.csv": CRM, "saas_1.jsonl": SAAS, "us_1.tsv": US}
    for name, content in files.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        result = CliRunner().invoke(app, ["init", "acme", "--from", str(path)], catch_exceptions=False)
        assert result.exit_code == 0
        shown = result.stdout + result.stderr
        values = set(re.findall(r"[\w.+-]+@[\w.]+|\+?\d[\d ]{8,}\d|A-\d|ld_\d|Zoé|Durand|Yann|Moreau|Ana\b", content))
        assert len(values) > 3
        assert [value for value in values if value in shown] == []


def test_unknown_words_are_shown_only_among_known_ones(tmp_path: Path) -> None:
    def decided(*words: str) -> str:
        rows = "\n".join(f"c{n};{word}" for n, word in enumerate(words * 4))
        field = drafted_from(tmp_path, "p_1.csv", f"consent_id;decision\n{rows}\n", "consent_proofs").field("decision")
        return " ".join(field.questions) if field else ""

    assert "`peut-être`" in decided("accepté", "refusé", "accepté", "peut-être")
    assert "Dupont" not in decided("Dupont", "accepté", "Martin")
    assert "jeanne" not in decided("accepté", "refusé", "accepté", "jeanne.dupont@example.org")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Zoé;zoe@example.org;0612345678\nIda;ida@example.org;0612345679\n", "may be a person's data"),
        ("Zoé;Roy;2026-08-17T09:00:00Z\nIda;Roy;2026-08-17T09:05:00Z\n", "may be a person's data"),
        ("", "file_empty"),
        ("lead_id;email\n", "no data rows"),
    ],
)
def test_a_file_that_can_not_serve_is_refused_without_its_content(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "leads_1.csv"
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["init", "acme", "--from", str(path)])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "zoe" not in result.stderr.lower()


# The command


def init(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["init", *arguments], env={"OPPOSABLE_HOME": str(home)})
    return result.exit_code, result.stdout


def test_a_draft_is_filed_once_and_its_lint_names_what_only_people_know(tmp_path: Path) -> None:
    sample = tmp_path / "us_20260813.tsv"
    sample.write_text(US, encoding="utf-8")
    arguments = ("acme", "--from", str(sample), "--valid-from", "2026-09-01")
    assert init(tmp_path, *arguments)[0] == 0
    path = tmp_path / "contracts" / "acme" / "2026-09-01.odcs.yaml"
    examined = examine_contract(path)
    errors = " ".join(problem.message for problem in examined.problems if problem.severity == "error")
    for name in ("siren", "audience", "channels", "proofDeadline", "path", "consent_id", "consent_at"):
        assert name in errors
    assert not examined.may_judge
    assert init(tmp_path, *arguments)[0] == 2


def test_without_a_place_the_draft_is_printed_and_nothing_is_written(tmp_path: Path) -> None:
    sample = tmp_path / "us_20260813.tsv"
    sample.write_text(US, encoding="utf-8")
    status, text = init(tmp_path, "acme", "--from", str(sample))
    assert status == 0
    assert text.startswith("# Draft of the contract with acme")
    assert not (tmp_path / "contracts").exists()


@pytest.mark.parametrize("arguments", [("Acme", "--from", "x.csv"), ("acme", "--from", "nowhere.csv")])
def test_wrong_arguments_end_with_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert init(tmp_path, *arguments)[0] == 2


# Date patterns


@pytest.mark.parametrize(
    ("values", "pattern", "is_order_open"),
    [
        (("2026-07-29T09:49:04Z", "2026-07-30T09:49:04+02:00"), None, False),
        (("2026-07-29", "2026-07-30"), None, False),
        (("29/07/2026 14:32:53",), "dd/MM/yyyy HH:mm:ss", False),
        (("01/02/2026", "03/04/2026"), "dd/MM/yyyy", True),
        (("01/13/2026", "03/04/2026"), "MM/dd/yyyy", False),
        (("29/07/26",), "dd/MM/yy", False),
        (("1/2/2026 9:05", "31/12/2026 19:05"), "d/M/yyyy H:mm", False),
        (("20260729", "20261231"), "yyyyMMdd", False),
        (("29.07.2026 14h30",), "dd.MM.yyyy HH'h'mm", False),
        (("2026/07/29 14:32:53.123",), "yyyy/MM/dd HH:mm:ss.SSS", False),
    ],
)
def test_the_pattern_of_dates_is_found(values: tuple[str, ...], pattern: str | None, is_order_open: bool) -> None:
    found = date_pattern(pa.array(values))
    assert found
    assert (found.pattern, found.share, found.is_order_open) == (pattern, 1.0, is_order_open)


@pytest.mark.parametrize("values", [("0612345678", "0712345678"), ("75001", "01000"), ("A-26-07-29",), ("3", "2026")])
def test_numbers_and_references_are_no_dates(values: tuple[str, ...]) -> None:
    assert date_pattern(pa.array(values)) is None


# Names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Téléphone", "telephone"),
        ("collectedAt", "Date de collecte"),
        ("N° contact", "lead_id"),
        ("mobile_phone", "Téléphone portable"),
    ],
)
def test_names_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert nearness(one, other) == 1.0


def test_near_names_are_paired_once_and_the_nearest_first() -> None:
    assert near_names({"Téléphone", "Nom"}, {"Téléphone portable", "score", "Prénom"}) == {
        "Téléphone": "Téléphone portable"
    }
    assert near_names({"e-mail"}, {"Courriel", "email_2"}) == {"e-mail": "Courriel"}
    assert near_names({"Code postal"}, {"score", "revenu"}) == {}


def test_a_draft_of_some_files_is_that_of_all_when_they_are_alike(tmp_path: Path) -> None:
    one = drafted_from(tmp_path, "us_20260813.tsv", US)
    drafted_from(tmp_path, "us_20260814.tsv", US)
    both = draft_files("leads", read_samples(sorted(tmp_path.glob("us_*.tsv")), "leads"))
    unique = [replace(field, questions=(), is_unique=True) for field in both.fields]
    assert [field.terms for field in unique] == [field.terms for field in one.fields]


@pytest.mark.parametrize(
    "date_text",
    ["1786438800", "13 août 2026 à 09:05", "Thu, 13 Aug 2026 09:05:00 +0200", "2026-08-13 09:05 UTC", "20260813090500"],
)
def test_a_column_named_as_a_field_is_asked_about_whatever_it_holds(tmp_path: Path, date_text: str) -> None:
    lines = [f'L{number};a{number}@exemple.fr;"{date_text}"' for number in range(20)]
    draft = drafted_from(tmp_path, "leads.csv", "\n".join(["lead_id;email;collected_at", *lines, ""]))
    field = draft.field("collected_at")
    assert field is not None
    assert draft.undeclared == ()
    assert field.terms.format or any("pattern" in question for question in field.questions)


def test_a_field_goes_to_the_column_that_bears_its_name(tmp_path: Path) -> None:
    lines = [f"L{number};néant;a{number}@exemple.fr" for number in range(20)]
    draft = drafted_from(tmp_path, "leads.csv", "\n".join(["lead_id;email;Adresse de contact", *lines, ""]))
    field = draft.field("email")
    assert field is not None
    assert (field.terms.physical_name, field.confidence) == ("email", UNSURE)


@pytest.mark.parametrize(
    "name",
    ["leads [08] 2026-08-13.csv", "[leads]2026-08-13.csv", "leads[1].csv", "leads 2026-08-13 (1).csv", "a]b[-12.csv"],
)
def test_a_draft_claims_its_own_sample(tmp_path: Path, name: str) -> None:
    draft = drafted_from(tmp_path, name, "lead_id;email\nL1;a@exemple.fr\n")
    assert fnmatchcase(name, draft.terms.path)


@pytest.mark.parametrize(
    ("header", "delimiter"), [("Email", None), ("Email;Commentaire", ";"), ("Email|Commentaire", "|")]
)
def test_no_delimiter_is_drafted_that_does_not_occur(tmp_path: Path, header: str, delimiter: str | None) -> None:
    more = f"{delimiter}bonjour" if delimiter else ""
    lines = [f"a{number}@exemple.fr{more}" for number in range(9)]
    assert drafted_from(tmp_path, "leads.csv", "\n".join([header, *lines, ""])).terms.delimiter == delimiter


@pytest.mark.parametrize(
    "shape",
    ['{{"data": {}}}', '{{"data": {{"leads": {}, "page": 1}}}}', '{{"date": "2026", "results": {}, "count": 3}}'],
)
def test_wrapped_json_is_opened(tmp_path: Path, shape: str) -> None:
    rows = [{"lead_id": f"L{number}", "email": f"a{number}@exemple.fr"} for number in range(9)]
    draft = drafted_from(tmp_path, "leads.json", shape.format(json.dumps(rows)))
    assert [field.terms.name for field in draft.fields] == ["lead_id", "email"]
    assert draft.terms.format == "json"


# One yes/no column a channel


def yes_no_file(heading: tuple[str, ...], *cells: tuple[str, ...]) -> str:
    """Leads with one row for each tuple of cells."""
    first = ";".join(("id lead", "date collecte", "email", *heading))
    rows = [f"L{n};2026-08-1{n}T09:00:00Z;a{n}@example.org;{';'.join(row)}" for n, row in enumerate(cells)]
    return "\n".join([first, *rows, ""])


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        (("optin_email", "optin_sms", "optin_tel"), ("channels_email", "channels_sms", "channels_phone")),
        (("Consentement e-mail", "Accepte SMS", "Opt-in appel"), ("channels_email", "channels_sms", "channels_phone")),
        (("emailConsent", "smsOptIn", "phone_opt_in"), ("channels_email", "channels_sms", "channels_phone")),
        (("allow_email", "ok_sms", "optin_robocall"), ("channels_email", "channels_sms", "channels_automated_call")),
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_yes_no_columns_are_drafted_as_such(
    tmp_path: Path, role: str, heading: tuple[str, ...], fields: tuple[str, ...]
) -> None:
    cells = [("oui", "non", "oui"), ("non", "", "1"), ("X", "0", "")]
    drafted = drafted_from(tmp_path, "leads_20260811.csv", yes_no_file(heading, *cells), role)
    found = mapping(drafted)
    assert [found.get(column) for column in heading] == [(field, SURE) for field in fields]
    assert all(drafted.field(field).terms.enum == {} for field in fields)  # type: ignore[union-attr]
    assert not any("which column holds channels?" in question for question in drafted.questions)


def test_words_of_yes_no_columns_that_are_not_known_are_asked_about(tmp_path: Path) -> None:
    cells = [("oui",), ("oui",), ("non",), ("oui",), ("oui",), ("abonné",), ("abonné",), ("abonné",)]
    drafted = drafted_from(tmp_path, "leads_1.csv", yes_no_file(("optin_email",), *cells))
    field = drafted.field("channels_email")
    assert field
    assert "what is meant by `abonné` (38% of the values)?" in field.questions


def test_an_opt_out_column_is_no_yes(tmp_path: Path) -> None:
    cells = [("oui", "non")] * 6
    drafted = drafted_from(tmp_path, "leads_1.csv", yes_no_file(("optout_email", "stop_sms"), *cells))
    assert {"optout_email", "stop_sms"} & set(mapping(drafted)) == set()


def test_beside_a_list_of_channels_yes_no_columns_are_left_out(tmp_path: Path) -> None:
    cells = [("email|sms", "oui", "non")] * 6
    drafted = drafted_from(tmp_path, "leads_1.csv", yes_no_file(("canaux", "optin_email", "optin_sms"), *cells))
    assert {name for name, _ in mapping(drafted).values()} >= {"channels"}
    assert drafted.field("channels_email") is None
    other = [("Facebook", "oui", "non")] * 6
    drafted = drafted_from(tmp_path, "leads_2.csv", yes_no_file(("canaux", "optin_email", "optin_sms"), *other))
    assert drafted.field("channels") is None
    assert drafted.field("channels_email")


def test_a_draft_writes_yes_no_columns_down_and_proposes_their_channels(tmp_path: Path) -> None:
    cells = [("oui", "non")] * 6
    drafted = drafted_from(tmp_path, "leads_1.csv", yes_no_file(("optin_email", "optin_sms"), *cells))
    text = draft_document("acme", drafted, None)
    written = "      - name: channels_email\n        physicalName: optin_email\n        logicalType: boolean\n"
    assert written in text
    assert "  - property: channels\n    value:\n      - email\n      - sms\n" in text


# Lists


def drafted_channels(tmp_path: Path, *cells: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The separators that are drafted for a column of channels, and what is asked about it."""
    drafted = drafted_from(tmp_path, "leads_1.csv", yes_no_file(("canaux",), *[(f'"{cell}"',) for cell in cells]))
    field = drafted.field("channels")
    assert field
    return field.terms.list_separators, field.questions


@pytest.mark.parametrize("mark", ["|", ",", "/", "+", " & ", " et ", " and ", ";", ", ", " "])
def test_the_separator_of_a_list_is_found(tmp_path: Path, mark: str) -> None:
    separators, questions = drafted_channels(tmp_path, f"email{mark}sms", "sms", f"sms{mark}tel", "email", "tel")
    assert separators == (mark if mark in (" et ", " and ", " ") else mark.strip(),)
    assert not any("stand between elements" in question for question in questions)


def test_several_separators_are_drafted_and_asked_about(tmp_path: Path) -> None:
    cells = ["email,sms", "sms,tel", "email / tel", "email, sms et tel", "tel"]
    separators, questions = drafted_channels(tmp_path, *cells)
    assert sorted(separators) == [" et ", ",", "/"]
    assert separators[0] == ","
    assert any(question.startswith("do all of `,` and ") for question in questions)


def test_several_separators_are_written_as_a_list_that_the_contract_reads(tmp_path: Path) -> None:
    drafted = drafted_from(
        tmp_path, "leads_1.csv", yes_no_file(("canaux",), ("email,sms",), ("email,tel",), ("email/tel",), ("sms",))
    )
    text = draft_document("acme", drafted, None)
    assert '- {property: listSeparator, value: [",", "/"]}' in text


def test_signs_in_names_of_companies_are_asked_about(tmp_path: Path) -> None:
    rows = ["Alpha SAS|Beta SARL", "Alpha SAS|Gamma SA", "Beta SARL;Gamma SA", "Alpha SAS"]
    lines = [f'C{n};2026-08-1{n}T09:00:00Z;"{cell}"' for n, cell in enumerate(rows)]
    content = "\n".join(["id consentement;date consentement;destinataires", *lines, ""])
    field = drafted_from(tmp_path, "preuves_1.csv", content, "consent_proofs").field("recipients")
    assert field
    assert field.terms.list_separators == ("|",)
    asked = "does `;` stand between elements, too, or within them? Then list it beside the other"
    assert asked in field.questions


# Proofs beside leads


def test_columns_of_proofs_in_a_lead_file_are_asked_about(tmp_path: Path) -> None:
    heading = ("date consentement", "texte consentement", "case précochée")
    cells = [("2026-08-11T08:59:00Z", "J'accepte d'être appelé par Meubles Sereins SAS.", "non")] * 6
    leads, proofs = both_drafted_from(tmp_path, yes_no_file(heading, *cells))
    assert proofs is not None
    asked = [question for question in proofs.questions if "look like a consent proof beside each lead" in question]
    assert len(asked) == 1
    assert all(f"`{name}`" in asked[0] for name in ("texte consentement", "case précochée"))
    assert asked[0].endswith("is each row a lead and its proof, and read as both?")
    assert not set(proofs.questions) & set(leads.questions)
    found = {field.terms.physical_name: field.terms.name for field in proofs.fields}
    assert found["texte consentement"] == "consent_text"
    assert found["case précochée"] == "box_prechecked"
    assert (leads.undeclared, proofs.undeclared) == ((), ())


def test_the_draft_names_one_path_in_one_format_for_both(tmp_path: Path) -> None:
    heading, cells = ("texte consentement", "case précochée"), [("J'accepte d'être appelé.", "non")] * 6
    document = yaml.safe_load(draft_document("acme", *both_drafted_from(tmp_path, yes_no_file(heading, *cells))))
    leads, proofs = document["servers"]
    assert (leads.pop("server"), proofs.pop("server")) == ("leads", "consent_proofs")
    assert leads == proofs
    assert leads["path"] == "leads_*.csv"
    assert {"consent_text", "box_prechecked"} <= {field["name"] for field in document["schema"][1]["properties"]}


def test_one_such_column_is_not(tmp_path: Path) -> None:
    leads, proofs = both_drafted_from(tmp_path, yes_no_file(("user agent",), *[("curl/8",)] * 6))
    assert proofs is None
    assert not any("consent proof" in question for question in leads.questions)


def both_drafted_from(tmp_path: Path, content: str) -> tuple[DraftedFiles, DraftedFiles | None]:
    path = tmp_path / "leads_1.csv"
    path.write_text(content, encoding="utf-8")
    return draft_both(read_samples([path], "leads"), ())
