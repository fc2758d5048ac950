"""`opposable may-call`: may this number or address be contacted now. It is never an argument: others could see it."""

import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from pipelines.commands.shared import Language, LanguageOption, house_of_settings, refuse
from pipelines.house import House
from pipelines.identifiers.errors_without_values import IntakeFaultError, errors_without_values
from pipelines.settings import SettingsError
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.keys import KeysError
from pipelines.upkeep.faults_of_ours import FAULTS_OF_OURS
from pipelines.usable.answers import ContactAnswer, answers
from pipelines.usable.call_list import identifier_of
from pipelines.usable.open_answers import KeptOpen, batches_of_lines
from pipelines.usable.records import AnswerNote, note_answers
from pipelines.usable.revocations import reasons_in_words
from pipelines.usable.today import Today, look
from pipelines.vocabulary.words import CHANNELS
from pipelines.wording.words import Words, words

_STATUSES: Final = {"yes": 0, "no": 1, "unknown": 3, "unreadable": 2}
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

    With --stream all that is held is judged once, and again whenever something changed. One JSON line a line, in order:
    `answer` (yes, no, unknown, unreadable), `until`, `rules`, `is_opposed`. Exit status 0 at the end of the input.
    """
    if channel not in CHANNELS:
        refuse(f"--channel: expected one of {', '.join(CHANNELS)}")
    if stream:
        _answer_stream(channel)
        return
    house, say = house_of_settings(), words(language.value)
    texts = _asked_texts(channel)
    if not texts:
        refuse("standard input: expected a number or an address on each line, and found none")
    try:
        with errors_without_values("the answer", *FAULTS_OF_OURS, SettingsError):
            today = look(house, datetime.now(UTC))
            found = answers(today, texts, channel)
            _note_given(house, today.at, found, channel)
    except (RegistryError, KeysError, SettingsError, IntakeFaultError) as error:
        refuse(str(error))
    for answer in found:
        typer.echo(_in_words(answer, today, channel, say))
    said = {answer.said for answer in found}
    raise typer.Exit(_STATUSES[next(one for one in _GRAVEST if one in said)])


def _answer_stream(channel: str) -> None:
    """Each batch is logged before its answers are given."""
    kept = KeptOpen(house_of_settings, channel)
    try:
        with errors_without_values("the answer", *FAULTS_OF_OURS, SettingsError):
            for texts in batches_of_lines(sys.stdin.fileno()):
                opened, at, found = kept.answers(texts)
                _note_given(opened.today.house, at, found, channel)
                sys.stdout.write("".join(_as_json(answer) for answer in found))
                sys.stdout.flush()
    except (RegistryError, KeysError, SettingsError, IntakeFaultError) as error:
        refuse(str(error))


def _as_json(answer: ContactAnswer) -> str:
    told = {
        "answer": answer.said,
        "until": answer.until and answer.until.isoformat(timespec="seconds"),
        "rules": answer.rules,
        "is_opposed": answer.is_opposed,
    }
    return json.dumps(told) + "\n"


def _asked_texts(channel: str) -> list[str]:
    if sys.stdin.isatty():
        asked = getpass.getpass("E-mail address: " if identifier_of(channel) == "email" else "Phone number: ")
        return [asked] if asked.strip() else []
    return [line.strip() for line in sys.stdin if line.strip()]


def _note_given(house: House, at: datetime, found: list[ContactAnswer], channel: str) -> None:
    reader, key_id = getpass.getuser(), house.key_id
    note_answers(
        house.registry,
        [AnswerNote(at, reader, channel, one.identity_key, key_id, one.said) for one in found if one.identity_key],
    )


def _in_words(answer: ContactAnswer, today: Today, channel: str, say: Words) -> str:
    if answer.said == "unreadable":
        return say(f"usable.unread_{identifier_of(channel)}")
    if answer.until is not None:
        return say("usable.may", until=say.instant(answer.until))
    if answer.said == "unknown":
        return say("usable.unknown")
    told = [say("usable.opposed")] if answer.is_opposed else []
    told += [reasons_in_words(answer.rules, today, say)] if answer.rules else []
    return say("usable.may_not", reasons="; ".join(told))
