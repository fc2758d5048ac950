import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domain.phones import BLOCKS, canonical_phone, canonical_phones


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
    ],
)
def test_another_country_code_is_kept(text: str, canonical: str) -> None:
    assert canonical_phone(text) == canonical


@pytest.mark.parametrize(
    "text",
    ["", " ", "néant", "0000000000", "0612", "06 12 34 56 78 9", "06 12 34 56 78 (bureau)", "3631", "112",
     "+999 123 456", "0612345678#12", "0612345678;0712345678", "06 12 34 56 78, 07", "61234567.0", "6.12E+08",
     "a@b.fr", "+" * 300],
)  # fmt: skip
def test_what_is_no_number_is_none(text: str) -> None:
    assert canonical_phone(text) is None
    assert canonical_phones(pa.array([text])).to_pylist() == [None]


def test_null_stays_null() -> None:
    assert canonical_phones(pa.array([None, "0612345678"])).to_pylist() == [None, "+33612345678"]
    assert canonical_phones(pa.array([], pa.string())).to_pylist() == []


NATIONAL = st.integers(100_000_000, 999_999_999).map(str)
SPELLED = st.builds(
    lambda prefix, national, gap: prefix + gap.join([national[0], *(national[i : i + 2] for i in range(1, 9, 2))]),
    st.sampled_from(["0", "", "+33", "+33 ", "+33 (0)", "0033", "33", "+33 0", "0 "]),
    NATIONAL,
    st.sampled_from(["", " ", ".", "-", "\u00a0", "/", " " * 9, "-" * 9]),
)
ANYTHING = st.text("0123456789 +().-/,;#\u00a0٣６abé", max_size=20)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(SPELLED, ANYTHING), max_size=12), st.sampled_from([None, "75001", "98714", "98800", "97500"]))
def test_the_column_and_the_single_number_agree(texts: list[str], postal_code: str | None) -> None:
    column = canonical_phones(pa.array(texts, pa.string()), pa.array([postal_code] * len(texts), pa.string()))
    assert column.to_pylist() == [canonical_phone(text, postal_code) for text in texts]


@settings(max_examples=400, deadline=None)
@given(NATIONAL)
def test_a_number_is_what_phonenumbers_says_but_for_the_territory(national: str) -> None:
    ours = canonical_phone(f"0{national}")
    french = phonenumbers.parse(f"0{national}", "FR")
    if ours is None:
        is_overseas_block = any(national.startswith(block) for blocks in BLOCKS.values() for block in blocks)
        assert is_overseas_block or not phonenumbers.is_valid_number(french)
    else:
        assert phonenumbers.is_valid_number(phonenumbers.parse(ours))
        if ours.startswith("+33"):
            assert ours == phonenumbers.format_number(french, phonenumbers.PhoneNumberFormat.E164)


def test_no_overseas_block_ever_becomes_metropolitan() -> None:
    blocks = [block for blocks in BLOCKS.values() for block in blocks]
    texts = [
        f"{prefix}{block}{tail:06d}"
        for block in blocks
        for tail in range(0, 1_000_000, 9973)
        for prefix in ("0", "+33")
    ]
    assert not [number for number in canonical_phones(pa.array(texts)).to_pylist() if (number or "").startswith("+33")]


@settings(max_examples=200, deadline=None)
@given(SPELLED)
def test_a_canonical_number_is_its_own_canonical_form(text: str) -> None:
    canonical = canonical_phone(text)
    if canonical is not None:
        assert canonical_phone(canonical) == canonical
