"""`opposable may-call`: may this number or address be contacted now. It is never an argument: others could see it."""

import getpass
import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from pipelines.commands.asked_texts import asked_texts
from pipelines.commands.shared import Language, LanguageOption, house_of_settings, refuse
from pipelines.house import House
from pipelines.identifiers.errors_without_values import IntakeFaultError, errors_without_values
from pipelines.settings import SettingsError, load_settings
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.usable.answer_log import StreamLog, note_given
from pipelines.usable.answers import ContactAnswer, answers
from pipelines.usable.asked_lines import batches_of_lines
from pipelines.usable.call_list import identifier_of
from pipelines.usable.kept_open import KeptOpen
from pipelines.usable.revocations import TODAY, reasons_in_words
from pipelines.usable.today import Today, look
from pipelines.vocabulary.words import CHANNELS
from pipelines.wording.words import Words, words

_STATUSES: Final = {"yes": 0, "no": 1, "unknown": 3, "unreadable": 2}
_TOLD: Final = (*FAULTS_OF_OURS, SettingsError, IntakeFaultError)
"""Faults that say themselves what is wrong, and end the command with status 2."""
_GRAVEST: Final = ("unreadable", "no", "unknown", "yes")


def may_call(
    channel: Annotated[str, typer.Option(help=f"One of {', '.join(CHANNELS)}.")] = "phone",
    language: LanguageOption = Language.EN,
    stream: Annotated[
        bool, typer.Option("--stream", help="Stay open: answer each line as it comes, as JSON; for a dialler.")
    ] = False,
) -> None:
    """Say of each number or address of standard input, one a line, whether it may be contacted now on a channel.

    At a terminal one is asked for, and not shown. The answers come in the same order, without the values, and each is
    logged under its key.

    Exit status: 0 every answer is yes, 1 one is no, 3 one is unknown and none is no, 2 one can't be read, or a wrong
    argument or setting.

    With --stream all that is held is judged once, and what changes is heard before the next answer. One JSON line a
    line, in order. `answer`: yes, no, unknown (no lead of ours) or unreadable. `until`: from when on a yes no longer
    holds, else null. `rules`: blocking rules that stand against leads of the number or address, as last judged.
    `is_opposed`: whether a person objected under this very number or address; false does not say that nobody did under
    another of the same lead, which `rules` tell. `is_being_judged`: a no that stands only until what changed (a
    delivery, a contract, a rule) was judged anew: ask again later. Exit status 0 at the end of the input.
    """
    if channel not in CHANNELS:
        refuse(f"--channel: expected one of {', '.join(CHANNELS)}")
    if stream:
        _answer_stream(channel)
        return
    house, say = house_of_settings(), words(language.value)
    texts = asked_texts(channel)
    try:
        with errors_without_values("the answer", *_TOLD):
            today = look(house, datetime.now(UTC))
            found = answers(today, texts, channel)
            note_given(house, getpass.getuser(), channel, today.at, found)
    except _TOLD as error:
        refuse(str(error))
    for answer in found:
        typer.echo(_in_words(answer, today, channel, say))
    said = {answer.said for answer in found}
    raise typer.Exit(_STATUSES[next(one for one in _GRAVEST if one in said)])


def _answer_stream(channel: str) -> None:
    """Each batch is logged before its answers are given."""
    log = StreamLog(getpass.getuser(), channel)
    try:
        house_of_settings()  # what others published is brought once; from then on the house is opened as it lies
        with (
            errors_without_values("the answer", *_TOLD),
            closing(KeptOpen(lambda: House(load_settings()), channel)) as kept,
        ):
            for texts in batches_of_lines(sys.stdin.fileno(), lambda: _while_quiet(log, kept)):
                opened, at, found = kept.answers(texts)
                log.note(opened.house, at, found)
                sys.stdout.write("".join(_as_json(answer) for answer in found))
                sys.stdout.flush()
                log.sync_if_due()
            log.sync()
    except _TOLD as error:
        refuse(str(error))


def _while_quiet(log: StreamLog, kept: KeptOpen) -> None:
    """Nobody waits: what was noted goes to the disk, and what changed is judged before somebody asks."""
    log.sync()
    kept.keep()


def _as_json(answer: ContactAnswer) -> str:
    told = {
        "answer": answer.said,
        "until": answer.until and answer.until.isoformat(timespec="seconds"),
        "rules": answer.rules,
        "is_opposed": answer.is_opposed,
        "is_being_judged": answer.is_being_judged,
    }
    return json.dumps(told) + "\n"


def _in_words(answer: ContactAnswer, today: Today, channel: str, say: Words) -> str:
    if answer.said == "unreadable":
        return say(f"usable.unread_{identifier_of(channel)}")
    if answer.until is not None:
        return say("usable.may", until=say.instant(answer.until))
    if answer.said == "unknown":
        return say("usable.unknown")
    told = [say("usable.opposed")] if answer.is_opposed else []
    others = [rule for rule in answer.rules if not answer.is_opposed or not say.has(f"{TODAY}.{rule}")]
    told += [reasons_in_words(others, today, say)] if others else []
    return say("usable.may_not", reasons="; ".join(told))
