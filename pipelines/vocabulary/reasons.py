"""Why a row is rejected, a file refused, a difference or a remark noted: a code with its figures. Data, no sentence.

Every code is declared here, once: where it stands, how grave it is, under which reject reasons it is published, and
its figures. Its sentence in each language is in `wording/translations`, put together by `wording.reasons`. A figure
is a count, a format, a sign between fields, a word of a contract, or a name as it may be shown: never a delivered
value.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Figure: TypeAlias = int | str | tuple[str, ...] | tuple[tuple[str, str], ...]
FigureKind = Literal["count", "name", "names", "sign", "thing", "near"]
"""How a figure is shown: a number in groups of three; a name or names as they are; a sign in backticks or by its name;
one of `THINGS` in words; pairs of a column that is not in the contract and the one that it may stand for."""

PLACES: Final = ("file", "row", "field", "difference", "manifest")
"""A file that is refused or left out; a row; what a field of a row should hold; where a file is not of the contract's
format; what a manifest and its delivery do not agree on."""
THINGS: Final = (
    "archive_7z",
    "archive_rar",
    "file_bzip2",
    "file_xz",
    "document_pdf",
    "picture",
    "parquet_encrypted",
    "database",
    "file_encrypted",
    "web_page",
    "document_xml",
)
"""What a file may be that nobody can read as leads or proofs."""


@dataclass(frozen=True)
class DeclaredReason:
    """What is known of a code."""

    code: str
    place: str
    """One of `PLACES`."""
    severity: str
    """One of `words.SEVERITIES`: what becomes of the file or row."""
    reject_reasons: tuple[str, ...]
    """The words of `words.REJECT_REASONS` that it is the cause of; none where nothing is refused or rejected."""
    figures: Mapping[str, FigureKind]
    rule: str | None = None
    """The rule card that finds it; None where no rule does."""
    setting: str | None = None
    """Which of our settings moves the limit that it is about: for us, never for a vendor."""


def _refused(place: str, *reject_reasons: str, **codes: Mapping[str, FigureKind]) -> Iterator[DeclaredReason]:
    """Codes of what is refused or rejected, with their figures."""
    for code, figures in codes.items():
        yield DeclaredReason(code, place, "blocking", reject_reasons, figures)


def _noted(
    place: str, severity: str, rule: str | None = None, **codes: Mapping[str, FigureKind]
) -> Iterator[DeclaredReason]:
    """Codes of what is noted and no more, with their figures."""
    for code, figures in codes.items():
        yield DeclaredReason(code, place, severity, (), figures, rule)


def _limits(*bounds: str) -> Iterator[DeclaredReason]:
    """Codes of the limits that a setting moves."""
    for bound in bounds:
        code, setting = f"limit_{bound}", f"OPPOSABLE_MAX_{bound.upper()}"
        yield _of_setting(code, setting, most="count")


def _of_setting(code: str, setting: str, **figures: FigureKind) -> DeclaredReason:
    """The code of a limit that a setting moves."""
    return DeclaredReason(code, "file", "blocking", ("limit_exceeded",), figures, setting=setting)


REASONS: Final[Mapping[str, DeclaredReason]] = {
    declared.code: declared
    for declared in (
        *_refused("file", "no_contract_in_force", contract_absent={}),
        *_refused("file", "file_unclaimed", name_unclaimed={"leads": "name", "consent_proofs": "name"}),
        *_refused("file", "file_empty", archive_empty={}, file_without_rows={}),
        *_refused(
            "file",
            "file_undecodable",
            archive_broken={},
            archive_locked={},
            archive_nested={},
            archive_names_repeated={},
            archive_method={},
            link_outside={},
            no_plain_file={},
            file_unreadable={},
            packed_twice={},
            packing_broken={},
            manifest_unreadable={},
            file_broken={},
            reader_failed={},
            file_foreign={"stated": "name", "found": "thing"},
            text_broken={},
            text_undecodable={},
            text_not_in_encoding={"encoding": "name"},
            json_broken={},
            json_cut={},
            json_not_in_encoding={"encoding": "name"},
            parquet_broken={},
            workbook_broken={},
            workbook_locked={},
            workbook_other={},
            invoice_broken={},
            invoice_document_type={},
            invoice_not_in_pdf={},
            invoice_field={"field": "name"},
            invoice_line_field={"line": "count", "field": "name"},
            sheet_missing={"sheet": "name"},
        ),
        *_refused("file", "header_missing", header_foreign={}, header_too_far={"most": "count"}, header_short={}),
        *_refused("file", "header_missing", columns_repeated={"columns": "names"}),
        *_refused("file", "column_missing", columns_missing={"columns": "names", "near": "near"}),
        *_limits(
            "file_bytes",
            "held_bytes",
            "expansion",
            "rows",
            "columns",
            "cell_characters",
            "archive_files",
            "read_seconds",
        ),
        *_refused("file", "limit_exceeded", line_too_long={"most": "count"}),
        _of_setting("memory_exceeded", "OPPOSABLE_MAX_READ_BYTES"),
        *_refused("file", "limit_exceeded", manifest_too_long={"most": "count"}),
        *_noted("file", "info", file_replaced={"manifest": "name"}, file_repeated={}),
        *_refused("row", "row_malformed", row_of_fields={"fields": "count"}),
        *_refused("row", "row_malformed", "file_undecodable", row_of_json={}, element_of_json={}),
        *_refused("row", "no_valid_identifier", identifier_missing={}),
        *_refused("row", "lead_id_repeated", reference_repeated={}),
        *_refused(
            "field",
            "required_missing",
            "required_invalid",
            value={},
            value_word={"words": "names"},
            value_words={"words": "names", "separator": "name"},
            value_flag={},
            value_flags={"columns": "names"},
            value_instant={"pattern": "name"},
            value_instant_iso={},
            value_reference={},
            value_unrounded={},
            value_names={"separator": "name"},
            value_sirens={"separator": "name"},
            value_siren={},
            value_country={},
            value_address={},
        ),
        *_refused("field", "required_invalid", collected_too_late={}),
        *_noted(
            "difference",
            "minor",
            "format_differs",
            format_differs={"stated": "name", "found": "name"},
            encoding_differs={"stated": "name", "found": "name"},
            delimiter_differs={"stated": "sign", "found": "sign"},
            quote_differs={"stated": "sign", "found": "sign"},
            sheet_differs={"stated": "name"},
            sheets_several={},
            titles_found={},
            header_of_lines={},
            header_again={},
            totals_found={},
            footer_found={},
            fields_beyond_header={},
            blanks_beside_quotes={},
            backslashes_before_quotes={},
            letters_garbled={},
            formulas_without_values={"count": "count"},
            line_ends_mixed={},
        ),
        *_noted(
            "manifest",
            "info",
            manifest_digest={"file": "name"},
            manifest_rows={"file": "name", "announced": "count", "found": "count"},
            manifest_files_absent={"count": "count"},
        ),
        *_noted("manifest", "minor", "sequence_gap", sequence_missing={"number": "name"}),
    )
}
"""Every code. A code is a promise: it keeps its meaning and its figures."""


@dataclass(frozen=True, init=False)
class Reason:
    """A code and its figures: `Reason("row_of_fields", fields=12)`. Equal, and written alike, for equal figures."""

    code: str
    figures: Mapping[str, Figure]

    def __init__(self, code: str, **figures: Figure) -> None:
        """Take a code of `REASONS` with exactly the figures that it is declared with.

        Raises:
            ValueError: no such code, or other figures; the message names them, never a value.
        """
        declared = REASONS.get(code)
        if declared is None:
            raise ValueError(f"{code}: no reason of this code is declared")
        wanted = declared.figures
        wrong = {name for name in wanted.keys() & figures.keys() if not _is_of_kind(figures[name], wanted[name])}
        if wrong or wanted.keys() != figures.keys():
            told = ", ".join(sorted(wrong | (wanted.keys() ^ figures.keys())))
            raise ValueError(f"{code}: figures missing, not declared or of another kind: {told}")
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "figures", figures)

    def __hash__(self) -> int:
        return hash(self.as_text())

    @property
    def declared(self) -> DeclaredReason:
        """What is known of the code."""
        return REASONS[self.code]

    def figures_text(self) -> str:
        """The figures as canonical JSON: sorted names, no spaces, no escapes but those that JSON needs."""
        return _canonical_json(dict(self.figures))

    def as_text(self) -> str:
        """Code and figures as canonical JSON; `reason_of_text` reads it."""
        return _canonical_json({"code": self.code, "figures": dict(self.figures)})


def reason_of(code: str, figures_text: str) -> Reason:
    """A reason from its published code and figures.

    Raises:
        ValueError: not what this version writes.
    """
    return Reason(code, **{name: _figure(value) for name, value in json.loads(figures_text).items()})


def reason_of_text(text: str) -> Reason:
    """A reason from its text.

    Raises:
        ValueError: not what this version writes.
    """
    written = json.loads(text)
    return Reason(written["code"], **{name: _figure(value) for name, value in written["figures"].items()})


def _canonical_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _figure(value: Any) -> Any:
    """A figure as JSON gives it back: lists are tuples."""
    return tuple(map(_figure, value)) if isinstance(value, list) else value


def _is_of_kind(figure: object, kind: FigureKind) -> bool:
    if kind == "count":
        return isinstance(figure, int) and not isinstance(figure, bool)
    if kind == "names":
        return isinstance(figure, tuple) and all(isinstance(name, str) for name in figure)
    if kind == "near":
        return isinstance(figure, tuple) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in figure)
    return isinstance(figure, str) and (kind != "thing" or figure in THINGS)
