import re
from collections.abc import Iterator
from itertools import chain

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identifiers.phone_plans import BLOCKS, UNSHARED
from pipelines.identifiers.phones import canonical_phone, canonical_phones


@pytest.fixture(autouse=True, scope="module")
def _as_if_many() -> Iterator[None]:
    """Few numbers are read one by one; here all take the way of many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.identifiers.phones._FEW", 0)
        yield


@pytest.mark.parametrize(
    "text",
    [
        "06 12 34 56 78",
        "0612345678",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "+33612345678",
        "+33 (0)6 12 34 56 78",
        "(+33) 6 12 34 56 78",
        "0033612345678",
        "0033 (0) 6 12 34 56 78",
        "33612345678",
        "612345678",
        "6 12 34 56 78",
        "612345678.0",
        "33612345678.0",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u202f12\u202f34\u202f56\u202f78",
        "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        "\uff0b33612345678",
        " 0612345678 ",
        "06\u200912\u200934\u200956\u200978",
        "06\u300012\u300034\u300056\u300078",
        "06\u201312\u201334\u201356\u201378",  # en dashes
        "06\u221212\u221234\u221256\u221278",  # minus signs
        "\u200e+33 6 12 34 56 78\u202c",  # what a web page puts around a number
        "06\u200b12\u200b34\u200b56\u200b78",
        "\ufeff0612345678",
        "\u0660\u0666\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "\u0966\u096c\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e",
        "'0612345678",
        "\u20190612345678",
        '="0612345678"',
        "tel:0612345678",
        "tel:+33-6-12-34-56-78",
        "Tél. : 06 12 34 56 78",
        "TELEPHONE 0612345678",
        "612345678,0",
        "612345678.00",
        "6.12345678E8",
        "6,12345678E+08",
        "3.3612345678E10",
        "+330612345678",
        "0612345678.",
    ],
)
def test_the_french_write_one_number_in_many_ways(text: str) -> None:
    assert canonical_phone(text) == "+33612345678"
    assert canonical_phones(pa.array([text])).to_pylist() == ["+33612345678"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0692 12 34 56", "+262692123456"),  # Réunion, mobile
        ("0693 00 12 34", "+262693001234"),
        ("0262 20 12 34", "+262262201234"),
        ("0263 10 12 34", "+262263101234"),
        ("0639 00 12 34", "+262639001234"),  # Mayotte
        ("0269 61 23 45", "+262269612345"),
        ("0690 12 34 56", "+590690123456"),  # Guadeloupe
        ("0590 82 12 34", "+590590821234"),
        ("0691 22 12 34", "+590691221234"),
        ("0694 20 12 34", "+594694201234"),  # Guyane
        ("0594 30 12 34", "+594594301234"),
        ("0696 12 34 56", "+596696123456"),  # Martinique
        ("0697 12 34 56", "+596697123456"),
        ("0596 60 12 34", "+596596601234"),
        ("0508 41 23 45", "+508412345"),  # Saint-Pierre-et-Miquelon
        ("+33 692 12 34 56", "+262692123456"),
        ("0033 690 12 34 56", "+590690123456"),
        ("696123456", "+596696123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("+262 0692 12 34 56", "+262692123456"),
        ("+508 41 23 45", "+508412345"),
        ("262692123456", "+262692123456"),  # a spreadsheet took the plus sign
        ("590690123456.0", "+590690123456"),
        ("2620692123456", "+262692123456"),
        ("+33692123456", "+262692123456"),
        ("0708 40 12 34", "+508708401234"),
        ("0709 00 12 34", "+590709001234"),
        ("0709 10 12 34", "+596709101234"),
        ("0709 20 12 34", "+262709201234"),
        ("0939 51 23 45", "+590939512345"),
        ("0939 61 23 45", "+594939612345"),
        ("0939 70 23 45", "+596939702345"),
        ("0947 51 23 45", "+590947512345"),
        ("0947 61 23 45", "+594947612345"),
        ("0976 01 23 45", "+590976012345"),
        ("+33 9 76 22 12 34", "+262976221234"),
    ],
)
def test_an_overseas_number_is_never_metropolitan(text: str, canonical: str) -> None:
    assert canonical_phone(text) == canonical
    assert canonical_phones(pa.array([text])).to_pylist() == [canonical]


@pytest.mark.parametrize(
    ("text", "postal_code", "canonical"),
    [
        ("87 12 34 56", "98714", "+68987123456"),  # Polynésie
        ("76 54 32", "98800", "+687765432"),  # Nouvelle-Calédonie
        ("72 12 34", "98600", "+681721234"),  # Wallis-et-Futuna
        ("41 23 45", "97500", "+508412345"),
        ("06 12 34 56 78", "98800", "+33612345678"),
        ("+33 6 12 34 56 78", "98714", "+33612345678"),
        ("0692 12 34 56", "98800", "+262692123456"),
        ("765432.0", "98800", "+687765432"),
        ("+687 76 54 32", "75001", "+687765432"),
        ("00689 87 12 34 56", None, "+68987123456"),
        ("+681 72 12 34", "98600", "+681721234"),
        ("76 54 32", "75001", None),
        ("76 54 32", None, None),
    ],
)
def test_a_short_number_is_read_in_the_territory_of_the_postal_code(
    text: str, postal_code: str | None, canonical: str | None
) -> None:
    assert canonical_phone(text, postal_code) == canonical
    assert canonical_phones(pa.array([text]), pa.array([postal_code], pa.string())).to_pylist() == [canonical]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("+32 470 12 34 56", "+32470123456"),
        ("0032 470 12 34 56", "+32470123456"),
        ("+39 06 698 12345", "+390669812345"),
        ("+1 212 555 2368", "+12125552368"),
        ("+32 (0)470 12 34 56", "+32470123456"),
        ("+44 (0) 7911 123456", "+447911123456"),
        ("+41 (0)79 123 45 67", "+41791234567"),
        ("+7 912 345-67-89", "+79123456789"),
        ("+212 6 12 34 56 78", "+212612345678"),
        ("+213 0551 23 45 67", "+213551234567"),
        ("+352 621 123 456", "+352621123456"),
        ("+377 6 12 34 56 78", "+377612345678"),
        ("+376 312 345", "+376312345"),
        ("+800 1234 5678", "+80012345678"),
    ],
)
def test_another_country_code_is_kept(text: str, canonical: str) -> None:
    assert canonical_phone(text) == canonical
    assert canonical_phones(pa.array([text])).to_pylist() == [canonical]


@pytest.mark.parametrize(
    "text",
    ["", " ", "néant", "0000000000", "0612", "06 12 34 56 78 9", "06 12 34 56 78 (le soir)", "3631", "112",
     "+999 123 456", "0612345678#12", "0612345678;0712345678", "06 12 34 56 78, 07", "61234567.0", "6.12E+08",
     "a@b.fr", "+" * 300, "0612345678/0712345678", "0612345678 0712345678", "06 12 34 56 78 ou 07 12 34 56 78",
     "0612345678 poste 12", "0612345678 x12", "01 23 45 67 89 #4", "6.1234567E8", "6.123456785E8.0", "6.12345678E7",
     "O612345678", "06 12 34 56 7²", "tel:", "'", "06_12_34_56_78", "2620112345678"],
)  # fmt: skip
def test_what_is_no_number_is_none(text: str) -> None:
    assert canonical_phone(text) is None
    assert canonical_phones(pa.array([text])).to_pylist() == [None]


def test_few_numbers_are_read_as_many_are(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array(["0692123456", "06 12 34 56 78", "+32470123456", None, "tel:0590821234", "néant", "87123456"])
    codes = pa.array(["97400", None, "75001", None, "", "98714", "98714"])
    many = canonical_phones(texts, codes)
    monkeypatch.setattr("pipelines.identifiers.phones._FEW", 100)
    assert canonical_phones(texts, codes) == many
    assert many.to_pylist() == [
        "+262692123456",
        "+33612345678",
        "+32470123456",
        None,
        "+590590821234",
        None,
        "+68987123456",
    ]


def test_null_stays_null() -> None:
    assert canonical_phones(pa.array([None, "0612345678"])).to_pylist() == [None, "+33612345678"]
    assert canonical_phones(pa.array([], pa.string())).to_pylist() == []


NATIONAL = st.integers(100_000_000, 999_999_999).map(str)
SPELLED = st.builds(
    lambda prefix, national, gap: prefix + gap.join([national[0], *(national[i : i + 2] for i in range(1, 9, 2))]),
    st.sampled_from(
        ["0", "", "+33", "+33 ", "+33 (0)", "0033", "33", "+33 0", "0 ", "+262", "00590 ", "596", "+594 (0)", "tel:0",
         "'0", '="0', "+1", "+32 (0)", "0044", "+39 0"]
    ),
    NATIONAL,
    st.sampled_from(["", " ", ".", "-", "\u00a0", "/", " " * 9, "-" * 9, "\u2011", "\u200b", " - "]),
)  # fmt: skip
DECIMAL = st.builds(
    lambda number, tail: f"{number}{tail}", st.integers(10**5, 10**13), st.sampled_from([".0", ",0", ".00", ".5", "E8"])
)
SCIENTIFIC = st.builds(
    lambda number, form: form.format(float(number)),
    st.integers(10**8, 10**12),
    st.sampled_from(["{!r}", "{:e}", "{:E}", "{:.8E}", "{:.10e}", "{:g}"]),
)
ANYTHING = st.text("0123456789 +().-/,;#'=\"eEtl:\t\n\x0b\x1c\u00a0\u200b\u2013٣６abé²", max_size=20)
EVERYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
KINDS = [
    getattr(phonenumbers.PhoneNumberType, kind)
    for kind in ("FIXED_LINE", "MOBILE", "TOLL_FREE", "PREMIUM_RATE", "SHARED_COST", "VOIP", "UAN", "PERSONAL_NUMBER")
]


def abroad(region: str, kind: int, end: int, prefix: str, trunk: str) -> str:
    """A number like one that exists in a region, its last digits changed, with or without something dialled inside."""
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert example is not None
    national = phonenumbers.national_significant_number(example)
    return f"{prefix}{example.country_code}{trunk}{national[:-3]}{end:03d}"


ABROAD = st.builds(
    abroad,
    st.sampled_from(REGIONS),
    st.sampled_from(KINDS),
    st.integers(0, 999),
    st.sampled_from(["+", "00", "+ ", ""]),
    st.sampled_from(["", " ", "(0)", "0", "1", "8"]),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(SPELLED, ANYTHING, EVERYTHING, DECIMAL, SCIENTIFIC, ABROAD), max_size=12),
    st.sampled_from([None, "75001", "98714", "98800", "98600", "97500"]),
)
def test_the_column_and_the_single_number_agree(texts: list[str], postal_code: str | None) -> None:
    column = canonical_phones(pa.array(texts, pa.string()), pa.array([postal_code] * len(texts), pa.string()))
    assert column.to_pylist() == [canonical_phone(text, postal_code) for text in texts]


@settings(max_examples=400, deadline=None)
@given(NATIONAL)
def test_a_number_is_what_phonenumbers_says_but_for_the_territory(national: str) -> None:
    ours = canonical_phone(f"0{national}")
    french = phonenumbers.parse(f"0{national}", "FR")
    if ours is None:
        is_overseas_block = any(map(national.startswith, (*chain(*BLOCKS.values()), *UNSHARED)))
        assert is_overseas_block or not phonenumbers.is_valid_number(french)
    else:
        assert phonenumbers.is_valid_number(phonenumbers.parse(ours)) or ours.startswith("+3363998")
        if ours.startswith("+33"):
            assert ours == phonenumbers.format_number(french, phonenumbers.PhoneNumberFormat.E164)


@settings(max_examples=1000, deadline=None)
@given(ABROAD)
def test_a_number_abroad_is_what_phonenumbers_says(text: str) -> None:
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        expected = None
    else:
        is_valid = phonenumbers.is_valid_number(number)
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_valid else None
    is_french = re.match(r"^(?:\+ ?|00)?33", text) or (expected or "").startswith("+33")
    is_overseas_without_plus = text[0] in "25" and canonical_phone(text) == canonical_phone(f"+{text}")
    if not is_french and not is_overseas_without_plus:
        assert canonical_phones(pa.array([text])).to_pylist() == [expected]


@settings(max_examples=300, deadline=None)
@given(st.integers(10**8, 10**12))
def test_scientific_notation_counts_only_with_every_digit(number: int) -> None:
    digits = str(number)
    for kept in range(1, len(digits)):
        text = f"{digits[0]}.{digits[1:kept]}E{len(digits) - 1}"
        assert canonical_phone(text) is None
    assert canonical_phone(f"{digits[0]}.{digits[1:]}E{len(digits) - 1}") == canonical_phone(digits)


@pytest.mark.fault(
    area="objections",
    fault="An overseas number is read as one of mainland France",
    promise="It never becomes the number of somebody else.",
)
def test_no_overseas_block_ever_becomes_metropolitan() -> None:
    blocks = [block for blocks in BLOCKS.values() for block in blocks]
    texts = [
        f"{prefix}{block}{tail:06d}"[: len(prefix) + 9]
        for block in blocks
        for tail in range(0, 1_000_000, 9973)
        if not f"{block}{tail:06d}".startswith("63998")
        for prefix in ("0", "+33", "33", "", "+330")
    ]
    assert not [number for number in canonical_phones(pa.array(texts)).to_pylist() if (number or "").startswith("+33")]


OVERSEAS_BLOCKS = {
    "+590": "0590 0591 05987 0690 0691 07090 09395 09475 09760 09761 09768",
    "+594": "0594 05988 0694 070930 09396 09476 09764 09765",
    "+596": "0596 0597 05989 0696 0697 07091 09397 09477 09766 09767",
    "+262": "0262 0263 02687 02688 02689 0269 0639 0692 0693 07092 070935 09398 09399 09478 09479 09762 09763 09769",
    "+508": "0508 0708",
    "nobody": "05985 05986 09470",
}
"""Arcep's plan as its list of allocated blocks (October 2026) shows it, with the blocks that are held back: by hand."""


@pytest.mark.parametrize("code", OVERSEAS_BLOCKS)
def test_a_number_of_an_overseas_block_is_of_its_territory_or_of_nobody(code: str) -> None:
    numbers = [
        f"{block}{tail:07d}"[:10].ljust(10, "0")
        for block in OVERSEAS_BLOCKS[code].split()
        for tail in range(0, 10_000_000, 9973)
    ]
    numbers = [number for number in numbers if not number.startswith("063998")]
    found = canonical_phones(pa.array(numbers))
    assert {(number or code)[: len(code)] for number in found.to_pylist()} == {code}
    few = numbers[::97]
    assert [canonical_phone(number) for number in few] == found.to_pylist()[::97]
    assert canonical_phones(pa.array(few[:50])).to_pylist() == found.to_pylist()[::97][:50]


@pytest.mark.parametrize("text", ["06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234", "639981234", "33639981234.0"])
def test_a_number_that_is_kept_for_films_is_read_also_amid_the_block_of_mayotte(text: str) -> None:
    """Arcep, décision n° 2018-0881, annexe 1, 2.5.12."""
    assert canonical_phone(text) == "+33639981234"
    assert canonical_phones(pa.array([text] * 200)).to_pylist() == ["+33639981234"] * 200
    assert canonical_phone("+262 639 98 12 34") is None


@pytest.mark.parametrize(
    "text",
    [
        "0591 00 00 00",
        "0597 12 34 56",
        "0598 51 23 45",
        "0598 61 23 45",
        "0268 71 23 45",
        "0947 01 23 45",
        "0976 20 12 34",
    ],
)
def test_a_block_that_is_held_for_overseas_has_no_numbers_yet(text: str) -> None:
    assert canonical_phone(text) is None
    assert canonical_phones(pa.array([text] * 200)).to_pylist() == [None] * 200


@settings(max_examples=200, deadline=None)
@given(SPELLED)
def test_a_canonical_number_is_its_own_canonical_form(text: str) -> None:
    canonical = canonical_phone(text)
    if canonical is not None:
        assert canonical_phone(canonical) == canonical
