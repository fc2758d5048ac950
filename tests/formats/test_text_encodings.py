"""In which encoding bytes are: one line a rule, each decided by the rule's own text."""

import codecs

import pytest

from pipelines.formats.text_encodings import MARKS, encoding_of, mark_of, survey
from pipelines.vocabulary.reasons import Reason


@pytest.mark.parametrize(
    ("content", "stated", "codec"),
    [
        # no text: zeros, archives
        (b"a;b\n" + b"\0" * 10, None, None),
        (b"PK\x03\x04" + b"a" * 100, "utf-8", None),
        (codecs.BOM_UTF16_LE + "a".encode("utf-16-le") * 10 + b"\0" * 8, None, None),
        # UTF-16, by its mark or its zeros, whatever the contract says
        (codecs.BOM_UTF16_LE + "Œuvre".encode("utf-16-le"), "utf-8", "utf-16-le"),
        (codecs.BOM_UTF16_BE + "Œuvre".encode("utf-16-be"), "cp1252", "utf-16-be"),
        ("Nom;Prix\n".encode("utf-16-be"), None, "utf-16-be"),
        # an encoding that writes plain letters otherwise, as stated, where nothing shows UTF-8
        ("Nom".encode("utf-7"), "utf-7", "utf-7"),
        (codecs.BOM_UTF8 + b"Nom", "utf-7", "utf-8"),
        ("Zoé".encode(), "utf-7", "utf-8"),
        # UTF-8, also with fewer broken bytes than good ones
        (b"Nom", "cp1252", "utf-8"),
        ("Zoé Éric Œuvre".encode() + b"\xe9", "cp1252", "utf-8"),
        # one byte a character, as stated
        ("Zoé".encode("cp850"), "cp850", "cp850"),
        ("5 €".encode("iso8859-15"), "ISO-8859-15", "iso8859-15"),
        # Windows-1252: where nothing is stated, for ISO-8859-1, and where ISO 8859 has no characters
        ("Zoé".encode("cp1252"), None, "cp1252"),
        ("Zoé".encode("cp1252"), "ISO-8859-1", "cp1252"),
        ("l’été".encode("cp1252"), "ISO-8859-15", "cp1252"),
        # bytes that Windows-1252 next to never uses
        ("Zoé".encode("cp850"), None, None),
        ("Zoé".encode("cp850"), "utf-8", None),
    ],
)
def test_the_first_rule_that_says_something_decides(content: bytes, stated: str | None, codec: str | None) -> None:
    found = encoding_of(survey([content]), stated)
    assert (found.codec if found else None) == codec


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_known_by_its_bytes_and_is_no_text(mark: bytes) -> None:
    content = mark + "Nom".encode(MARKS[mark])
    found = encoding_of(survey([content]), None)
    assert found
    assert (found.codec, found.mark, mark_of(content)) == (MARKS[mark], len(mark), mark)
    assert mark_of(b"Nom") == b""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("André;Zoé".encode("mac_roman"), True),
        ("Benoît;Éric;côté;façade".encode("mac_roman"), True),
        ("René, Hélène, à côté; Eugène".encode("cp850") + "Noël, Aimé, Zoé, Éloïse, Irène, Léo".encode("cp1252"), True),
        ("Aimé, Zoé, Éloïse, Irène, Léo; ".encode("cp1252") + "Noël".encode(), True),
        ("Noël".encode().decode("cp1252").encode(), True),
        ("l’été".encode().decode("cp1252").encode(), True),
        ("Aimé… l’Œuvre, 5 € – « CAFÉ» cœur ‘a’ “b” Bože Žižek Škoda™".encode("cp1252"), False),
        ("Aimé… l’Œuvre, 5 € – Ã, São Tomé, João, ÃO, mañana".encode("cp1252"), False),
        ("Aimé… l’Œuvre, 5 € – Ã, São Tomé, João, Â".encode(), False),
    ],
)
def test_letters_of_another_encoding_are_told(text: bytes, expected: bool) -> None:
    encoding = encoding_of(survey([text]), None)
    assert encoding is None or (Reason("letters_garbled") in encoding.differences(None)) == expected
    assert encoding is not None or expected
