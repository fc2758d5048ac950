"""`opposable explain`: the vendor's and the DPO's first question: the verdict, what decides it, then the rest.

What is applied to a lead is found out in `verdicts.explain`; sentences are in `wording`. What the work itself needs is
imported when it begins.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.commands.shared import (
    Language,
    LanguageOption,
    as_text,
    day_of,
    house_of_settings,
    instant_of,
    known_vendor,
    print_table,
    refuse,
)
from pipelines.identifiers.escaped_texts import escaped
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import CHANNELS

if TYPE_CHECKING:
    from pipelines.house import House
    from pipelines.verdicts.explain import ExplainedUse
    from pipelines.verdicts.judge import Judge
    from pipelines.wording.words import Words

_COLOURS = {"pass": "green", "fail": "red", "unknown": "yellow", "not applicable": "dim"}


def explain_command(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    lead_id: Annotated[str, typer.Argument(help="The vendor's reference of the lead.")],
    on: Annotated[
        str | None, typer.Option("--date", help="Delivery date, when the reference came more than once.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="One channel only.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Knowledge instant; as published unless given.")] = None,
    is_all: Annotated[
        bool, typer.Option("--all", help="Also every rule with its inputs, its outcome and why.")
    ] = False,
    language: LanguageOption = Language.EN,
) -> None:
    """Say what became of a lead and which rules decided it."""
    from pipelines.arrays.without_frames import go_without_frames
    from pipelines.comparisons.out_of_date import with_what_is_out_of_date
    from pipelines.oppositions.late_entries import unread_entries
    from pipelines.oppositions.snapshot_note import read_note
    from pipelines.rulebook.catalogue import load_catalogue
    from pipelines.storage.kept_corrections import DamagedCorrectionsError
    from pipelines.verdicts.explain import explain
    from pipelines.verdicts.explained_words import explanation
    from pipelines.verdicts.judge import Judge
    from pipelines.wording.words import words

    go_without_frames()
    house = house_of_settings()
    book = house.contracts((vendor,))
    known_vendor(book, vendor)
    if channel is not None and channel not in CHANNELS:
        refuse(f"--channel: expected one of {', '.join(CHANNELS)}")
    day: date | None = day_of("--date", on) if on else None
    at: datetime | None = instant_of("--as-of", as_of) if as_of else None
    _confirm_keys(house, vendor)
    lake = house.lake.as_found()
    judge = Judge(engine=house.engine, lake=lake, catalogue=house.catalogue)

    def explained(judge: Judge) -> list[ExplainedUse]:
        try:
            return explain(judge, lake, book.of(vendor), vendor, lead_id, on=day, channel=channel, as_of=at)
        except DamagedCorrectionsError as error:
            refuse(str(error))

    uses = explained(judge)
    if not uses:
        typer.echo(
            f"no accepted lead of {vendor} has this reference{f' on {day}' if day else ''}: it was never delivered, "
            "its row "
            "was rejected (see the delivery's rejected rows), or its day is not reconciled yet",
            err=True,
        )
        raise typer.Exit(1)
    if at is None:
        read_up_to = read_note(lake.root / "oppositions").watermark.event_id
        uses = list(with_what_is_out_of_date(lake, uses, partial(unread_entries, house.registry, read_up_to)))
    say, off = words(language.value), house.catalogue.switched_off
    as_shipped = explained(Judge(engine=house.engine, lake=lake, catalogue=load_catalogue())) if off else []
    for line in explanation(uses, say, house.catalogue, as_shipped):
        typer.echo(escaped(line))
    for line in _disputes_told(house, vendor, lead_id, {use.delivery_date for use in uses}, at, say):
        typer.echo(escaped(line))
    for use in uses if is_all else ():
        print_table(_rules_as_table(use, say))
    if not is_all:
        typer.echo(say("explain.rest"))


def _disputes_told(
    house: House, vendor: str, lead_id: str, days: Collection[date], as_of: datetime | None, say: Words
) -> Iterator[str]:
    """What of the lead's findings the vendor disputes, and what became of it."""
    from pipelines.disputes.records import recorded_disputes

    for one in recorded_disputes(house.registry, vendor, before=as_of):
        if one.lead_id == lead_id and one.delivery_date in days:
            state, on = say(f"dispute_state.{one.state}"), paris_date(one.received_at)
            channel = say(f"channel.{one.channel}") if one.channel else say("disputes.every_channel")
            yield say("disputes.explained", n=one.id, rule=one.rule, channel=channel, on=on, state=state)


def _confirm_keys(house: House, vendor: str) -> None:
    """While keys are rotated nothing can be compared: the answer would leave out oppositions."""
    from pipelines.storage.registry.database import RegistryError
    from pipelines.storage.secrets.keys import KeysError

    try:
        house.confirm_keys(vendor)
    except (RegistryError, KeysError, ValueError) as error:
        refuse(str(error))


def _rules_as_table(use: ExplainedUse, say: Words) -> Table:
    title = f"{use.vendor} · {use.delivery_date} · {use.lead_id} · {use.channel or '-'}"
    table = Table(title=as_text(title), title_justify="left", show_lines=True, expand=True)
    for heading in ("rule", "outcome", "why", "inputs"):
        table.add_column(heading, overflow="fold")
    for applied in use.rules:
        inputs = "\n".join(escaped(f"{name} = {_value_written(value)}") for name, value in applied.inputs.items())
        rule = Text(f"{applied.rule.id}\n").append(say.say(applied.rule.card.title), "dim")
        outcome = Text(applied.outcome, _COLOURS[applied.outcome])
        table.add_row(rule, outcome, as_text(applied.why), Text(inputs))
    return table


def _value_written(value: Any) -> str:
    if value is None:
        return "missing"
    return (
        value.isoformat(sep=" ") if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False, default=str)
    )
