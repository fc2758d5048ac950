"""The page of all reasons, `docs/reasons.md`, made from what is declared of them and from their sentences."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from pipelines.handbook.markdown import table
from pipelines.rulebook.catalogue import Catalogue, load_catalogue
from pipelines.vocabulary.reasons import REASONS, DeclaredReason
from pipelines.wording.reasons import template
from pipelines.wording.words import LANGUAGES, words

_HEAD: Final = """<!-- Made by `make docs` from the declared reasons and their sentences. -->
# Reasons

Why a file is refused, a row rejected, a difference or a remark noted: a code with its figures. The code is stable, its
figures are data, and its sentence is made from both in the language of whoever reads it. Codes are declared in
`pipelines/vocabulary/reasons.py`, sentences stand in `pipelines/wording/translations/`.

| published | holds |
|---|---|
| `rejected_rows.reason` | the reject reason: one of the headings in code below |
| `rejected_rows.cause`, `.figures` | the code, and its figures as JSON |
| `rejected_rows.expected` | the sentence in English; of a limit, with the setting that moves it |
| `deliveries.format_differences` | sentences in English |
| `deliveries.format_causes` | the same, one by one, as JSON: `code` and `figures` |
| `deliveries.reason` | the reject reason of a refused file, else sentences in English |
| `deliveries.causes` | what `reason` rests on, one by one, as JSON: `code` and `figures` |

Figures stand in braces. A figure is a count, a format, a sign between fields, a word of the contract, or a name as it
may be shown; never a delivered value. *Severity*: `blocking` where the file or row does not count, else that of the
rule that finds it, or `info`.
"""
_PLACES: Final = {
    "file": "Files",
    "row": "Rows",
    "field": "Fields of a row",
    "difference": "Differences from the contract's format",
    "manifest": "Manifests",
}


def reasons_page() -> str:
    """The whole page, one table a family: codes that stand in one place, under one heading, with one remedy."""
    catalogue = load_catalogue()
    sections = [_HEAD]
    for place, title in _PLACES.items():
        sections.append(f"## {title}\n")
        placed = [declared for declared in REASONS.values() if declared.place == place]
        sections += [_family(list(group), catalogue) for _, group in groupby(placed, key=_family_key)]
    return "\n".join(sections)


def _family_key(declared: DeclaredReason) -> tuple[tuple[str, ...], str | None]:
    return declared.reject_reasons, declared.rule


def _family(family: list[DeclaredReason], catalogue: Catalogue) -> str:
    first = family[0]
    named = ", ".join(f"`{name}`" for name in (*first.reject_reasons, *([first.rule] if first.rule else ())))
    rows = table(("code", "severity", "where", "English", "French"), map(_row_of_page, family))
    remedies = "\n".join(f"- {remedy}" for remedy in _remedies(first, catalogue))
    return f"### {named or 'Noted'}\n\nWhat would mend it:\n\n{remedies}\n\n{rows}\n"


def _row_of_page(declared: DeclaredReason) -> tuple[str, ...]:
    english, french = (_forms(declared.code, language) for language in ("en", "fr"))
    setting = f" ({declared.setting})" if declared.setting else ""
    return f"`{declared.code}`", declared.severity, declared.place, f"{english}{setting}", french


def _forms(code: str, language: str) -> str:
    return " / ".join(dict.fromkeys(template(code, language, form) for form in ("one", "other")))


def _remedies(declared: DeclaredReason, catalogue: Catalogue) -> Iterator[str]:
    """What would mend a family, in each language."""
    for say in map(words, LANGUAGES):
        if declared.rule:
            yield say.say(catalogue.by_id[declared.rule].remedy)
        elif declared.reject_reasons:
            yield " ".join(say(f"receipt.remedy.{word}") for word in declared.reject_reasons)
        else:
            yield say(f"reason_remedy.{declared.place}")
