"""What a kind of file registers: how it is known by its bytes, read, and outlined where no contract describes it yet.

Each room registers itself in its `kind` module; all of them are listed in `kinds`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.contracts.contract import FileTerms
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import FoundFormat, RawFile
from pipelines.formats.source import Source
from pipelines.formats.table_edges import SoughtNames
from pipelines.vocabulary.reasons import Reason


@dataclass(frozen=True)
class Outline:
    """What a file seems to be by a look at its start; only reading it shows whether that holds."""

    found: FoundFormat
    columns: tuple[str, ...] = ()
    """Names by which its reader finds the header; none where the reader needs none."""


FormatReader = Callable[[Source, FileTerms, Limits], RawFile | FileRefusal]
Outliner = Callable[[Source, FileTerms, SoughtNames, Limits], Outline]
"""Outlines a file under terms that say nothing but the role; raises `FileRefusedError`, and whatever a parser does."""


def never(_: bytes) -> bool:
    """No text at all is of a binary kind."""
    return False


@dataclass(frozen=True)
class FileKind:
    """One kind of file: the formats of `vocabulary.file_formats` with its name."""

    name: str
    broken: Reason
    """Why a file of it that its parser fails on is refused."""
    read: FormatReader
    outline: Outliner
    starts: tuple[bytes, ...] = ()
    """What its files, if they are binary, start with."""
    is_surely: Callable[[bytes], bool] = never
    """Whether a text, from its first sign on, can be nothing else."""
    may_be: Callable[[bytes], bool] = never
    """Whether a text may be of this kind where the contract says so."""


def is_plain_text(text: bytes) -> bool:
    """Whether bytes hold no control characters but blanks."""
    return bool(text) and not re.search(rb"[\x00-\x08\x0e-\x1f]", text)
