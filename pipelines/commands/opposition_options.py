"""Options of `opposable oppositions import` for files of other headers than ours, and the layout that they tell."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final

import typer

from pipelines.commands.shared import refuse
from pipelines.dates.date_regexes import UnsupportedPatternError, regex_of
from pipelines.oppositions.layouts import BEFORE_ALL, COLUMNS, UNKNOWN, FileLayout, LayoutError
from pipelines.oppositions.profiles import PROFILES, Profile
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.words import CHANNELS, OPPOSITION_KINDS


class DateOrder(StrEnum):
    """Day before month, or month before day."""

    DMY = "dmy"
    MDY = "mdy"


ProfileOption = Annotated[str, typer.Option(help=f"The export of a tool: {', '.join(PROFILES)}.", metavar="NAME")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        help='A column of ours by its name in the file, as in --column opposed_at="Date de désinscription"; again for '
        "each. An empty name says that the file has none.",
        metavar="OURS=THEIRS",
    ),
]
IdentifierOption = Annotated[str, typer.Option(help="Short for --column identifier=COLUMN.", metavar="COLUMN")]
KindOption = Annotated[
    str, typer.Option(help=f"What the identifiers are: {', '.join(OPPOSITION_KINDS)}.", metavar="KIND")
]
ChannelOption = Annotated[
    str, typer.Option(help=f"What was objected to: all, {', '.join(CHANNELS)}.", metavar="CHANNEL")
]
OriginOption = Annotated[str, typer.Option(help="Where the oppositions come from, in a few words.", metavar="TEXT")]
OpposedAtOption = Annotated[
    str,
    typer.Option(
        help="When the persons objected, where the file has no date: a date or instant, or `unknown`. Unknown counts "
        "as before every lead, so that each is blocked whenever it was delivered; it adds nothing to what a vendor "
        "answers for, which begins when the opposition was shared.",
        metavar="DATE",
    ),
]
NoHeaderOption = Annotated[
    bool, typer.Option("--no-header", help="The file is one column of addresses, numbers or hashes, without a name.")
]
DateOrderOption = Annotated[
    DateOrder | None, typer.Option(help="How 03/04/2026 is meant, where no date of the file settles it.")
]
DatePatternOption = Annotated[
    str, typer.Option(help="How dates are written, as contracts say it: dd/MM/yyyy HH:mm.", metavar="PATTERN")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be imported, and import nothing.")]

_NO_PROFILE: Final = Profile("", "", "", "")


def layout_of_options(
    profile: str,
    columns: Iterable[str],
    constants: Mapping[str, str],
    *,
    has_header: bool,
    date_order: DateOrder | None,
    date_pattern: str,
) -> FileLayout:
    """The layout that options tell; they win over the profile. A wrong one ends the program with status 2."""
    known = _profile(profile)
    told = dict(map(_column, columns))
    if constants.get("opposed_at") == UNKNOWN:
        constants = {**constants, "opposed_at": BEFORE_ALL}
    try:
        if date_pattern:
            regex_of(date_pattern)
        return FileLayout(
            {**(dict.fromkeys(COLUMNS, "") if profile else {}), **known.columns, **told},
            {**known.constants, **constants},
            has_header=has_header and known.has_header,
            date_order=date_order.value if date_order else None,
            date_pattern=date_pattern or None,
        )
    except UnsupportedPatternError as error:
        refuse(f"--date-pattern {error}")
    except LayoutError as error:
        refuse(str(error))


def _profile(name: str) -> Profile:
    if name and name not in PROFILES:
        refuse(f"--profile {name}: expected one of {', '.join(PROFILES)}")
    return PROFILES[name] if name else _NO_PROFILE


def _column(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or ours.strip() not in COLUMNS:
        refuse(f"--column: expected OURS=THEIRS, ours one of {', '.join(COLUMNS)}")
    return ours.strip(), column_name(theirs)
