"""What samples of a vendor's files seem to be: a contract's file terms with how sure we are, and questions in words.

Pure: no file is read here, and no delivered value leaves, save words of closed vocabularies. How the draft is written
down is in `document`; how one field is described, in `fields`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from glob import escape
from typing import Final

import pyarrow as pa

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.drafts.assignment import EXACT, assigned_fields
from pipelines.drafts.contents import Content, content_of
from pipelines.drafts.fields import draft_field
from pipelines.identifiers.shown_names import shown_name
from pipelines.vocabulary.channel_columns import CHANNEL_COLUMNS
from pipelines.vocabulary.column_names import VAGUE, field_nearness
from pipelines.vocabulary.fields import COLUMN_FIELDS, FIELDS, INSTANT_FIELDS, REACHED_BY, whole_field

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
MOST_COLUMNS: Final = 300
_FEWEST_OF_PROOF: Final = 2
"""Columns of a lead file from which on it seems to hold proofs."""


@dataclass(frozen=True)
class Sample:
    """One file of a role, read without a contract."""

    name: str
    """Its file name, without folders and packing."""
    terms: FileTerms
    """Its dialect; `path` and `fields` say nothing."""
    columns: Mapping[str, pa.Array]
    """Delivered name -> text of some rows."""
    row_count: int
    differences: tuple[str, ...] = ()
    """Where it is of no format that a contract would agree to, in words."""


@dataclass(frozen=True)
class DraftedField:
    """A column that seems to be a canonical field."""

    terms: FieldTerms
    confidence: str
    """sure | likely | unsure."""
    questions: tuple[str, ...]
    filled: float
    """Share of the rows with a value."""
    is_unique: bool = False


@dataclass(frozen=True)
class DraftedFiles:
    """The files of one role."""

    terms: FileTerms
    fields: tuple[DraftedField, ...]
    """In the order of the file."""
    undeclared: tuple[tuple[str, float], ...]
    """Columns not understood, fit to be shown, and the share of their rows with a value."""
    questions: tuple[str, ...]

    def field(self, name: str) -> DraftedField | None:
        """The drafted canonical field, if there is one."""
        return next((field for field in self.fields if field.terms.name == name), None)


def draft_files(role: str, samples: Sequence[Sample]) -> DraftedFiles:
    """What the files of one role look like; `samples` are at least one, and of one layout."""
    contents = _contents_by_column(samples)
    chosen = assigned_fields(role, contents)
    fields = _dated_alike(
        [_drafted(role, column, contents[column], *found) for column, found in chosen.items() if found is not None]
    )
    undeclared = tuple(
        (shown_name(column, place), content.filled)
        for place, (column, content) in enumerate(contents.items(), 1)
        if chosen.get(column) is None
    )
    path, questions = _glob_for([sample.name for sample in samples])
    terms = replace(samples[0].terms, role=role, path=path, fields=tuple(field.terms for field in fields))
    asked = (*questions, *_file_questions(role, samples, fields))
    return DraftedFiles(terms, fields, undeclared, asked)


def draft_both(leads: Sequence[Sample], proofs: Sequence[Sample]) -> tuple[DraftedFiles, DraftedFiles | None]:
    """Lead files and proof files; without a sample of proofs, those that lie beside the leads, or None."""
    drafted = draft_files("leads", leads)
    if proofs:
        return drafted, draft_files("consent_proofs", proofs)
    found = _proof_columns(name for name, _ in drafted.undeclared)
    if len(found) < _FEWEST_OF_PROOF:
        return drafted, None
    beside = draft_files("consent_proofs", leads)
    asked = [_beside_question(found), *(question for question in beside.questions if question not in drafted.questions)]
    return _without_declared(drafted, beside), replace(_without_declared(beside, drafted), questions=tuple(asked))


def _contents_by_column(samples: Sequence[Sample]) -> dict[str, Content]:
    names = dict.fromkeys(name for sample in samples for name in sample.columns if name)
    return {
        name: content_of(pa.concat_arrays([sample.columns[name] for sample in samples if name in sample.columns]))
        for name in list(names)[:MOST_COLUMNS]
    }


def _drafted(role: str, column: str, content: Content, name: str, near: float, evidence: float) -> DraftedField:
    field = next(field for field in COLUMN_FIELDS[role] if field.name == name)
    terms, questions = draft_field(field, column, content)
    named = max(field_nearness(role, column), key=lambda other: field_nearness(role, column)[other], default=None)
    confidence, doubt = _confidence(name, near, evidence, content)
    if not near and named:
        confidence, doubt = UNSURE, (f"is this {name}, as its values look, or {named}, as its name says?",)
    is_unique = field.is_unique and content.is_distinct
    if field.is_unique and content.filled_count and not is_unique:
        questions += ("some references repeat in the sample; is this the reference of one lead?",)
    return DraftedField(terms, confidence, (*doubt, *questions), content.filled, is_unique)


def _dated_alike(fields: Sequence[DraftedField]) -> tuple[DraftedField, ...]:
    """Instants of which the sample has none, written as the first instant of the file is."""
    like = next((one.terms for one in fields if one.terms.logical_type == "timestamp" and one.filled), None)
    if like is None:
        return tuple(fields)
    return tuple(
        replace(one, terms=replace(one.terms, format=like.format, default_timezone=like.default_timezone))
        if one.terms.name in INSTANT_FIELDS and not one.filled
        else one
        for one in fields
    )


def _confidence(field: str, name: float, evidence: float, content: Content) -> tuple[str, tuple[str, ...]]:
    """How sure the mapping is, and what to ask where it is not."""
    if not content.filled_count:
        doubt = f"is this {field}? The column is empty in the sample"
        return (LIKELY if name >= EXACT else UNSURE), (doubt,)
    if evidence < 0:
        return UNSURE, (f"is this {field}? The name says so, most values do not look like it",)
    if name >= EXACT:
        return SURE, ()
    if name == 0.0:
        return LIKELY, (f"is this {field}? Only its values look like it",)
    doubt = f"is this {field}? The name is near, and may mean something else"
    return (LIKELY if name >= VAGUE or evidence == 1.0 else UNSURE), (doubt,)


def _glob_for(names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A glob for files of these names: digits of dates and counters become `*`."""
    globs = dict.fromkeys(_starred(name) for name in names)
    if any(shown_name(glob, 1) != glob for glob in globs):
        return f"*.{names[0].rpartition('.')[2]}", (
            "which names do the files bear? Those of the sample are not repeated here",
        )
    glob = next(iter(globs)) if len(globs) == 1 else _common(list(globs))
    if not all(fnmatchcase(name, glob) for name in names):  # cut within a sign that stands for a bracket
        glob = f"*.{names[0].rpartition('.')[2]}"
    if "*" not in glob:
        return glob, ("is the file always called so? The sample's name holds no date",)
    return glob, ()


def _starred(name: str) -> str:
    stem, dot, end = name.rpartition(".")
    starred = re.sub(r"\d[\d_.T-]*\d|\d", "*", escape(stem if dot else name))
    return re.sub(r"\*(?:[-_ (]*\*)+\)?", "*", starred) + (dot + end if dot else "")


def _common(globs: Sequence[str]) -> str:
    """What begins and ends all of them."""
    first = globs[0]
    start = next((at for at in range(len(first)) if len({glob[: at + 1] for glob in globs}) > 1), len(first))
    rest = [glob[start:] for glob in globs]
    end = next((at for at in range(len(rest[0])) if len({glob[len(glob) - at - 1 :] for glob in rest}) > 1), 0)
    return re.sub(r"\*+", "*", f"{first[:start]}*{rest[0][len(rest[0]) - end :]}")


def _file_questions(role: str, samples: Sequence[Sample], fields: Iterable[DraftedField]) -> list[str]:
    """Questions about the files as such."""
    found = {whole_field(field.terms.name) for field in fields}
    questions = [f"the vendor's files have {difference}; can the export do without?" for difference in _odd(samples)]
    dialects = {(one.terms.format, one.terms.delimiter, one.terms.encoding, one.terms.sheet) for one in samples}
    if len(dialects) > 1:
        questions.append("the samples are not of one format; which is agreed?")
    if len({frozenset(sample.columns) for sample in samples}) > 1:
        questions.append("the samples do not have the same columns; which are agreed?")
    required = [field.name for field in FIELDS[role] if field.is_required and not field.contract_term]
    missing = [name for name in required if name not in found]
    if role == "leads" and found.isdisjoint(REACHED_BY):
        missing.append(" or ".join(REACHED_BY))
    questions += list(_unsaid_channels({field.terms.name for field in fields}))
    questions += [f"which column holds {name}? Without it every row is rejected" for name in missing]
    return questions


def _unsaid_channels(found: Collection[str]) -> Iterator[str]:
    """What to ask of channels for which no yes/no column was found, while others have theirs."""
    unsaid = [part.element for part in CHANNEL_COLUMNS if part.name not in found]
    if 0 < len(unsaid) < len(CHANNEL_COLUMNS):
        yield f"no column says yes or no to {', '.join(unsaid)}: then no row has these channels; is that so?"


def _proof_columns(undeclared: Iterable[str]) -> list[str]:
    """Columns of a lead file that are none of leads, and bear names of proofs' fields."""
    near = {name: field_nearness("consent_proofs", name) for name in undeclared}
    return [name for name, fields in near.items() if max(fields.values(), default=0.0) >= EXACT]


def _beside_question(columns: Iterable[str]) -> str:
    named = ", ".join(f"`{name}`" for name in columns)
    return f"{named} look like a consent proof beside each lead: is each row a lead and its proof, and read as both?"


def _without_declared(files: DraftedFiles, others: DraftedFiles) -> DraftedFiles:
    """Without the undeclared columns that the other role declares in the same files."""
    declared = {field.terms.physical_name for field in others.fields}
    return replace(files, undeclared=tuple(column for column in files.undeclared if column[0] not in declared))


def _odd(samples: Sequence[Sample]) -> list[str]:
    return list(dict.fromkeys(difference for sample in samples for difference in sample.differences))
