"""Reasons in words, in French and English. Which reason it is was decided where its code and figures came together.

English is what the lake publishes of a reason: its sentences stand as they are written, with straight apostrophes.
French is typeset as all that vendors read.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pipelines.vocabulary.reasons import FigureKind, Reason
from pipelines.wording.words import Words, translations, typeset, words

PUBLISHED: Final = "en"
"""The language of the lake."""
_TAB: Final = "\t"
_FIRST_SHOWN: Final = " "
"""The first sign that shows itself; those before it are told by their number."""


def sentence(reason: Reason, language: str) -> str:
    """A reason in a language, as a vendor may read it: which of our settings moves a limit is not told."""
    say, kinds = words(language), reason.declared.figures
    figures = {name: _figure_shown(figure, kinds[name], say) for name, figure in reason.figures.items()}
    return template(reason.code, language, say.form(_deciding_number(reason))).format(**figures)


def sentences(reasons: Iterable[Reason], language: str) -> str:
    """Several reasons in one line; "" for none."""
    return _entry("reason_word.between", language).join(sentence(reason, language) for reason in reasons)


def published(reason: Reason) -> str:
    """A reason as the lake publishes it: in English, with the setting that moves a limit."""
    told, setting = sentence(reason, PUBLISHED), reason.declared.setting
    return f"{told} ({setting})" if setting else told


def template(code: str, language: str, form: str) -> str:
    """The sentence of a code with its figures in braces; of one that has forms, that one: `one` or `other`.

    Raises:
        KeyError: the language has no sentence for the code.
    """
    whole = f"reason.{code}"
    return _entry(whole if whole in translations(language) else f"{whole}.{form}", language)


@cache
def _entry(key: str, language: str) -> str:
    text: str = translations(language)[key]
    return text if language == PUBLISHED else typeset(text, language)


def _deciding_number(reason: Reason) -> int:
    """What decides between the forms of a sentence: its first figure, a count or how many names there are."""
    first = next((reason.figures[name] for name in reason.declared.figures), 1)
    return first if isinstance(first, int) else len(first)


def _figure_shown(figure: Any, kind: FigureKind, say: Words) -> str:
    if kind == "count":
        return say.number(figure)
    if kind == "names":
        return ", ".join(figure)
    if kind == "sign":
        return _sign_shown(figure, say.language)
    if kind == "thing":
        return _entry(f"reason_word.thing.{figure}", say.language)
    return _near_shown(figure, say.language) if kind == "near" else str(figure)


def _sign_shown(sign: str, language: str) -> str:
    if sign == _TAB:
        return _entry("reason_word.sign.tab", language)
    is_seen = len(sign) != 1 or sign >= _FIRST_SHOWN
    return f"`{sign}`" if is_seen else _entry("reason_word.sign.control", language).format(n=ord(sign))


def _near_shown(pairs: Iterable[tuple[str, str]], language: str) -> str:
    """What goes on after the missing columns: for each, the column that may be it."""
    between, near = _entry("reason_word.between", language), _entry("reason_word.near", language)
    return "".join(f"{between}{near.format(found=found, missing=missing)}" for found, missing in pairs)
