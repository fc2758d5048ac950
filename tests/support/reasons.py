"""Reasons of every code: examples from the data of the tests, random figures, and what is English in a French text."""

import json
import re
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from pipelines.vocabulary.reasons import REASONS, THINGS, Reason, reason_of
from pipelines.wording.words import translations
from tests.support.paths import DATA

_FORMATS = "deflate iso json lines lzma ods factur-x ubl cii parquet pdf rar siren xls xlsx xml xz zip files sequence"
_OF_BOTH = "a an archive by date document e-mail format leads manifest on page s total type web"
SHARED = frozenset(f"{_FORMATS} {_OF_BOTH}".split())
"""Words of our English sentences that a French text may hold: formats and keys of files, words of both languages."""
_GRAMMAR = "the of and with that this is are not found says expected without there before after"
EVERYWHERE = frozenset(_GRAMMAR.split())
"""Words without which nobody writes English."""
FIGURES_ONLY = "αβγδεζηθ{}0123456789"
"""Letters of which no word of a sentence can be made, and signs that a template could trip over."""
_NAMES = st.text(FIGURES_ONLY, min_size=1, max_size=8)
_KINDS: dict[str, st.SearchStrategy[Any]] = {
    "count": st.integers(0, 10**15),
    "name": _NAMES,
    "names": st.lists(_NAMES, min_size=1, max_size=4).map(tuple),
    "sign": st.sampled_from([*",;\t|:^~#!$%&*=\x01\x1e\x1f\"'", ""]),
    "thing": st.sampled_from(THINGS),
    "near": st.lists(st.tuples(_NAMES, _NAMES), max_size=3).map(tuple),
}


def any_reason() -> st.SearchStrategy[Reason]:
    """A reason of any code, with any figures of the kinds that it is declared with."""
    return st.one_of([_of_code(code) for code in sorted(REASONS)])


def _of_code(code: str) -> st.SearchStrategy[Reason]:
    kinds = REASONS[code].figures
    return st.builds(Reason, st.just(code), **{name: _KINDS[kind] for name, kind in kinds.items()})


def examples() -> list[tuple[Reason, str, str]]:
    """Reasons with their English and French sentences, as the data of the tests have them."""
    written: dict[str, Any] = yaml.safe_load((DATA / "reasons.yaml").read_text(encoding="utf-8"))
    return [
        (reason_of(code, json.dumps(example.get("figures", {}))), example["en"], _spaced(example["fr"]))
        for code, listed in written.items()
        for example in (listed if isinstance(listed, list) else [listed])
    ]


def english_in(french: str) -> set[str]:
    """Words of a French text that are English: those of our English sentences, and those that every sentence has.

    What stands in backticks, and the words of a contract that follow `ces valeurs :`, are nobody's language.
    """
    told = re.sub(r"`[^`]*`|(?<=ces valeurs\u00a0: ).*|(?<=`\u00a0: ).*", " ", french)
    return _words(told) & (_english_words() | EVERYWHERE)


@cache
def _english_words() -> set[str]:
    sentences = [text for key, text in translations("en").items() if key.startswith(("reason.", "reason_word."))]
    return _words(re.sub(r"\{\w*\}", " ", " ".join(sentences))) - SHARED


def _words(text: str) -> set[str]:
    """Words in lower case; what holds a figure is none."""
    return {word for word in re.findall(r"\w[\w-]*", text.lower()) if not re.search(r"\d", word)}


def _spaced(french: str) -> str:
    return french.replace("_", "\u202f").replace("~", "\u00a0")
