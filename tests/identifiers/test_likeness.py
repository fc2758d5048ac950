"""What looks like a person's identifier is told alike in every room; what only looks so is not. Worked out by hand.

Letters are uses: r(eference), l(abel), w(eb), t(ext), n(ame), c(ell).
"""

import random
from datetime import date, timedelta
from typing import Final

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.identifiers.hidden import Persons, impersonal, without_identifiers
from pipelines.identifiers.likeness import is_persons_mailbox, looks_like_person, masked
from pipelines.identifiers.shown_names import shown_file_names, shown_name
from pipelines.identifiers.spellings import NOBODY, without_identifiers_in
from pipelines.identifiers.uses import EVERY_USE, Use

USES: Final[dict[str, Use]] = {use[0]: use for use in EVERY_USE}
ALL, ALONE, NAMES, NONE = "rlwtnc", "wtnc", "nc", ""
"""Every use; those where ten digits may stand among other things; those of few words."""

TABLE = [
    # A number in pairs, whatever stands between them
    ("06 39 98 12 34", ALL),
    ("06.39.98.12.34", ALL),
    ("06-39-98-12-34", ALL),
    ("06_39_98_12_34", ALL),
    ("06/39/98/12/34", ALL),
    ("06 - 39 - 98 - 12 - 34", ALL),
    ("(06) 39 98 12 34", ALL),
    ("(06)39-98-12-34", ALL),
    ("(0)6 39 98 12 34", ALL),
    ("06\u202f39\u202f98\u202f12\u202f34", ALL),
    ("06\u200939\u200998\u200912\u200934", ALL),
    ("06\u201139\u201198\u201112\u201134", ALL),
    ("06:39:98:12:34", ALL),
    ("06#39#98#12#34", ALL),
    ("06%2039%2098%2012%2034", ALL),
    ("０６ ３９ ９８ １２ ３４", ALL),
    ("rappeler le (06) 39 98 12 34", ALL),
    ("L-06.39.98.12.34", ALL),
    ("leads_06_39_98_12_34.csv", ALL),
    ("tel06.39.98.12.34", ALL),
    ("06 39 98 12 34 07 39 98 12 34", ALL),
    # With a country code
    ("+33639981234", ALL),
    ("+33 (0)6 39 98 12 34", ALL),
    ("+33(0)639981234", ALL),
    ("0033639981234", ALL),
    ("0033 6 39 98 12 34", ALL),
    ("00_33_6_39_98_12_34", ALL),
    ("p:+33639981234", ALL),
    ("%2B33639981234", ALL),
    ("+262 692 12 34 56", ALL),
    ("+590690123456", ALL),
    ("+33639981234 2026-08-01", ALL),
    ("+44 20 7946 0958", ALL),
    ("+508 41 23 45", ALL),
    ("33639981234", ALONE),
    ("33 6 39 98 12 34", ALONE),
    ("262692123456", ALONE),
    # Ten digits without a sign between them
    ("0639981234", ALL),
    ("(0639981234)", ALL),
    ("0692123456", ALL),
    ("0142685300", ALL),
    ("L-0639981234", ALONE),
    ("rappeler le 0639981234", ALONE),
    ("leads_0639981234.csv", ALONE),
    ("leads0639981234.csv", NAMES),
    ("AB0639981234", NAMES),
    ("639981234", NAMES),
    # In other groups
    ("0639 981 234", ALL),
    ("tel. 0639 981 234", ALONE),
    ("tel. 06-39981234", ALONE),
    ("tel. (06)39981234", ALONE),
    ("tel. 06 3998 1234", ALONE),
    # An address
    ("jean@example.org", ALL),
    ("JEAN.ROY@EXAMPLE.ORG", ALL),
    ("jean%40example.org", ALL),
    ("jean&#64;example.org", ALL),
    ("jean\\u0040example.org", ALL),
    ("jean＠example.org", ALL),
    ("jean(at)example.org", ALL),
    ("jean [at] example.org", ALL),
    ("jean <at> example [dot] org", ALL),
    ("jean (arobase) example.org", ALL),
    ("jean at example dot org", ALL),
    ("jean_at_example_dot_org", ALL),
    ("jean.roy at example.org", ALL),
    ("jean.roy @ example.org", ALL),
    ("je\u200ban@example.org", ALL),
    ("jean@example.co.uk", ALL),
    ("jean.roy_at_example.org.csv", NAMES),
    ("jean@example", NAMES),
    ("meet at example.org", NAMES),
    # None of them
    ("leads_2026-08-01_2026-08-20.csv", NONE),
    ("leads-20260801-20260820.csv", NONE),
    ("leads_01-08-2026_20-08-2026.csv", NONE),
    ("du 01/08/2026 au 20/08/2026", NONE),
    ("01.08.2026-20.08.2026", NONE),
    ("01-08-26-20-08-26", NONE),
    ("01-08-26_09-30", NONE),
    ("26-08-01-09-30-00", NONE),
    ("leads_2026-08-01-09-30-00.csv", NONE),
    ("leads_2026-08-01_09-30-00_0001.csv", NONE),
    ("leads_0801_093000.csv", NONE),
    ("2026-08-11T09:00:00.123456+02:00", NONE),
    ("09:00-12:00 14:00-18:00", NONE),
    ("1er août 2026", NONE),
    ("1786435200.csv", NONE),
    ("L-20260811-000123", NONE),
    ("0000012345", NONE),
    ("0012345678901", NONE),
    ("lot 000412345678", NONE),
    ("SIREN 732829320", NONE),
    ("732 829 320 00074", NONE),
    ("73282932000074", NONE),
    ("siret_73282932000074.csv", NONE),
    ("FR40303265045", NONE),
    ("3f2a9c01-0000-4000-8000-000612345678", NONE),
    ("3f2a9c01-0000-4000-8000-0b0612345678", NONE),
    ("9f86d081884c7d659a2feaa00612345678a3bf4f1b2b0b822cd15d6c15b0f00a", NONE),
    ("export v1.02.03.04", NONE),
    ("library@1.2.3", "nc"),
    ("EAN 3017620422003", NONE),
    ("départements 01, 13, 30, 34, 84", NONE),
    ("06:12:34:56:78:90", NONE),
    ("lat=48.0612345678", "nc"),
    ("revenu 33 612 345 678", NONE),
    ("@timestamp", NONE),
    ("offre/@page/article.html", NONE),
    ("rdv @ paris", NONE),
    ("export_at_home.csv", NONE),
    ("téléphone", NONE),
]


@pytest.mark.parametrize(("text", "letters"), TABLE)
def test_a_text_looks_like_a_person_in_these_uses(text: str, letters: str) -> None:
    assert "".join(letter for letter, use in USES.items() if looks_like_person(text, use)) == letters


@pytest.mark.parametrize(
    ("cell", "is_personal"),
    [("612345678", True), ("612 345 678", True), ("12 345 678", False), ("1234567890", False), ("2026-08-01", False)],
)
def test_a_cell_of_nine_digits_may_be_a_number_that_lost_its_zero(cell: str, is_personal: bool) -> None:
    assert looks_like_person(cell, "cell") is is_personal


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("leads_2026-08-01_2026-08-20_jean@x.fr.csv", "leads_2026-08-01_2026-08-20_[email].csv"),
        ("jean@x.fr_2026-08-01.csv.gz", "[email]_2026-08-01.csv.gz"),
        ("leads_06_39_98_12_34_20260801-20260820.csv", "leads_[phone]_20260801-20260820.csv"),
        ("2026-08-01_06_39_98_12_34.csv", "2026-08-01_[phone].csv"),
        ("2026_06_39_98_12_34.csv", "2026_[phone].csv"),
        ("2026-08-01-06-39-98-12-34.csv", "2026-08-01-[phone].csv"),
        ("leads (06) 39 98 12 34, jean (at) x.fr.csv", "leads [phone], [email].csv"),
        ("été%202026.csv", "été%202026.csv"),
    ],
)
def test_a_files_name_is_masked_where_it_holds_an_identifier_and_kept_elsewhere(name: str, shown: str) -> None:
    assert shown_file_names([name]) == {name: shown}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("06_39_98_12_34", "column 1"),
        ("jean(at)example.org", "column 1"),
        ("CA 2026-08-01 au 2026-08-20", "CA 2026-08-01 au 2026-08-20"),
        ("answer_12345678", "answer_12345678"),
    ],
)
def test_a_columns_name_is_replaced_only_if_it_holds_an_identifier(name: str, shown: str) -> None:
    assert shown_name(name, 1) == shown


@pytest.mark.parametrize(
    ("address", "is_persons"),
    [
        ("jean.dupont@acme.example", True),
        ("jean.dupont (at) acme.example", True),
        ("Mme Roy, +33 6 39 98 12 34", True),
        ("compliance@acme.example", False),
        ("12 rue de la Paix, 75002 Paris", False),
        ("https://portal.acme.example/v1.2", False),
    ],
)
def test_where_notices_go_may_be_a_role_but_no_person(address: str, is_persons: bool) -> None:
    assert is_persons_mailbox(address) is is_persons


# Every number, address and date, however written

JOINTS = (" ", ".", "-", "_", "/", " - ", "\u00a0", "\u202f", "\u2009", "\u2011", "–", ":")
REGIONS = ("FR", "GP", "RE", "MQ", "GF", "PM", "YT", "BL", "MF")
KINDS = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
OWNED = ("1", "2", "3", "4", "5", "6", "7", "9", "590", "690", "262", "692", "639", "596", "696", "594", "694", "508")
"""Beginnings, behind the 0, of fixed and mobile numbers in France and overseas."""


def subscribers() -> list[str]:
    """The nine digits of example numbers of the French plan, and of random ones."""
    examples = [phonenumbers.example_number_for_type(region, kind) for region in REGIONS for kind in KINDS]
    known = [str(number.national_number) for number in examples if number]
    draw = random.Random(20260811)
    made = [f"{head}{draw.randrange(10 ** (9 - len(head))):0{9 - len(head)}d}" for head in OWNED for _ in range(3)]
    return [digits for digits in known if len(digits) == 9] + made


def written(subscriber: str) -> list[str]:
    """One number in every decoration."""
    first, *pairs = subscriber[0], *(subscriber[place : place + 2] for place in range(1, 9, 2))
    rest = " ".join(pairs)
    code = next((code for code in ("590", "262", "596", "594") if subscriber.startswith((code, f"6{code[1:]}"))), "33")
    return [
        *(joint.join((f"0{first}", *pairs)) for joint in JOINTS),
        *(f"+{code}{joint}{joint.join((first, *pairs))}" for joint in JOINTS[:5]),
        *(f"00{code}{joint}{joint.join((first, *pairs))}" for joint in JOINTS[:5]),
        f"(0{first}) {rest}",
        f"[0{first}] {rest}",
        f"(0){first} {rest}",
        f"+33{subscriber}",
        f"0033{subscriber}",
        f"+{code} (0){first} {rest}",
        f"(+{code}) {first} {rest}",
        f"p:+{code}{subscriber}",
        f"%2B{code}{subscriber}",
        f"＋{code} {first} {rest}",
    ]


@pytest.mark.parametrize("use", EVERY_USE)
def test_every_number_is_recognised_in_every_decoration(use: Use) -> None:
    missed = [
        text
        for subscriber in subscribers()
        for number in (*written(subscriber), f"0{subscriber}")
        for text in (number, *([] if number.isdigit() else [f"voir {number} svp", f"leads_{number}_20260801.csv"]))
        if not looks_like_person(text, use)
    ]
    assert missed == []


LOCALS = st.from_regex(r"[a-z0-9](?:[._+-]?[a-z0-9]){0,15}", fullmatch=True)
DOMAINS = st.from_regex(r"[a-z0-9](?:-?[a-z0-9]){0,8}(?:\.[a-z][a-z0-9]{0,6}){0,2}\.[a-z]{2,6}", fullmatch=True)


@pytest.mark.parametrize("use", EVERY_USE)
@given(local=LOCALS, domain=DOMAINS)
def test_every_address_is_recognised_in_every_decoration(use: Use, local: str, domain: str) -> None:
    wide = f"{local}@{domain}".translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    spoken = domain.replace(".", " dot ")
    texts = [f"{local}{at}{domain}" for at in ("@", "%40", "(at)", " (at) ", "[at]", " [at] ", "＠", "&#64;", "{@}")]
    for text in (*texts, wide, f"{local} at {spoken}", f"{local} [at] {spoken}", f"{local}@{domain}".upper()):
        assert looks_like_person(text, use)
        assert looks_like_person(f"voir {text}", use)


DAYS = [date(2020, 1, 1) + timedelta(days) for days in range((date(2031, 1, 1) - date(2020, 1, 1)).days)]
MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre"]
MONTHS += ["novembre", "décembre"]


def spellings(day: date) -> list[str]:
    return [
        day.isoformat(),
        f"{day:%Y%m%d}",
        *(f"{day:%d{joint}%m{joint}%Y}" for joint in "-/._ "),
        *(f"{day:%Y{joint}%m{joint}%d}" for joint in "/._ "),
        f"{day:%d%m%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{day}T09:30:00Z",
        f"{day} 09:30:00+02:00",
        f"{day}_09-30-00",
        f"{day:%Y%m%d}T093000",
        f"{day:%Y%m%d}_093000",
    ]


@pytest.mark.parametrize("use", EVERY_USE)
def test_no_date_of_eleven_years_is_taken_for_an_identifier(use: Use) -> None:
    taken = [text for day in DAYS for text in spellings(day) if looks_like_person(text, use)]
    assert taken == []


@given(
    first=st.sampled_from(DAYS),
    length=st.integers(0, 400),
    place=st.integers(0, len(spellings(DAYS[0])) - 1),
    joint=st.sampled_from(["_", "-", " au ", " - ", "--", "_au_", "_to_", "..", " ", "/"]),
    form=st.sampled_from(["{}", "leads_{}.csv", "leads-{}_0001.csv.gz", "du {}", "CA {} (12)", "{}_renvoi_2"]),
)
@example(first=date(2026, 8, 1), length=19, place=0, joint="_", form="leads_{}.csv")
def test_no_range_of_dates_is_taken_for_an_identifier(
    first: date, length: int, place: int, joint: str, form: str
) -> None:
    text = form.format(joint.join(spellings(day)[place] for day in (first, first + timedelta(length))))
    assert [use for use in EVERY_USE if looks_like_person(text, use)] == []
    assert shown_file_names([text]) == {text: text}


# Whole columns say the same

PARTS = (
    *(
        "06",
        "39",
        "98",
        "12",
        "34",
        "0639981234",
        "639981234",
        "33",
        "+33",
        "0033",
        "00",
        "262",
        "+44",
        "207946",
        "0958",
    ),
    *(" ", ".", "-", "_", "/", ":", "(", ")", "[", "]", "\u202f", "\u2009", "\u2011", "\u200b", ",", "#", "*", "%20"),
    *("@", "%40", "＠", "&#64;", "&commat;", " at ", "(at)", "_at_", " dot ", "_dot_", "arobase", "\\u0040", "{", '"'),
    *(
        "jean",
        "Roy",
        "x.fr",
        "example",
        ".org",
        "2026",
        "08",
        "01",
        "20260801",
        "L",
        "tel",
        "v1",
        "é",
        "０",
        "12345678",
    ),
)
TEXTS = st.lists(st.sampled_from(PARTS), max_size=9).map("".join)


@given(st.lists(TEXTS | st.sampled_from([text for text, _ in TABLE]), max_size=12))
def test_a_column_of_references_is_judged_as_each_of_them(texts: list[str]) -> None:
    kept = impersonal(pa.array(texts, pa.string()), Persons({})).to_pylist()
    assert kept == [None if looks_like_person(text, "reference") else text for text in texts]


@given(
    st.sampled_from([("product", "text"), ("source_url", "web"), ("form_id", "label")]),
    st.lists(TEXTS | st.sampled_from([text for text, _ in TABLE]), max_size=12),
)
def test_a_column_of_texts_is_cut_as_each_of_them(field: tuple[str, Use], texts: list[str]) -> None:
    name, use = field
    cut = without_identifiers({name: pa.array(texts, pa.string())}, Persons({}))[name].to_pylist()
    assert cut == [without_identifiers_in(text, NOBODY, use) for text in texts]


@given(TEXTS, st.sampled_from(EVERY_USE))
def test_what_was_masked_looks_like_nobody(text: str, use: Use) -> None:
    once = masked(text, use)
    assert masked(once, use) == once
