"""`opposable rules`: the rulebook for people, and its check. What a rule says is in its card."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from pipelines.commands.rules_diff import diff
from pipelines.commands.rules_notices import notices
from pipelines.commands.shared import Language, LanguageOption, house_of_settings, print_table, refuse, writing_to
from pipelines.house import House
from pipelines.rulebook.card import Branch, Card, Example
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.yaml_files import CatalogueError, unknown
from pipelines.verdicts.changes_said import change_said, changes_behind
from pipelines.wording.periods import period_said
from pipelines.wording.words import Words, words

app = typer.Typer(
    help="The rulebook: what is judged, on which texts, and whether its cards hold together.", no_args_is_help=True
)
app.command("diff")(diff)
app.command("notices")(notices)


@app.command(name="list")
def list_rules(lang: LanguageOption = Language.EN) -> None:
    """List every rule: shipped cards and own ones."""
    catalogue, say = _catalogue(house_of_settings()), words(lang.value)
    listed = say("rules.listed", n=len(catalogue.cards), digest=catalogue.digest[:12])
    table = Table(title=listed, title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(say("rules.rule"), overflow="fold", min_width=max(map(len, catalogue.by_id)))
    for heading in ("severity", "dimension", "in_force"):
        table.add_column(say(f"rules.{heading}"), no_wrap=True)
    for card in catalogue.cards:
        period = period_said(card.in_force.from_, card.in_force.to, say)
        told = [say.say(card.title), *_origin_told(catalogue, card, say)]
        severity, dimension = say(f"severity.{card.severity}"), say(f"dimension.{card.dimension}")
        table.add_row(Text.assemble(card.id, *(("\n" + line, "dim") for line in told)), severity, dimension, period)
    print_table(table)
    _print_changes(catalogue, say)


def _origin_told(catalogue: Catalogue, card: Card, say: Words) -> list[str]:
    """That a rule is no shipped one, or reads a value that is none, and why."""
    changes = list(changes_behind(catalogue, card.id, say))
    return changes or ([say("change.own")] if card in catalogue.own_cards else [])


def _print_changes(catalogue: Catalogue, say: Words) -> None:
    """Rules and values that are not judged by as they were shipped."""
    others = [change for change in catalogue.changes if change.kind != "replaced"]
    if others:
        typer.echo(say("sections.changes"))
    for change in others:
        typer.echo(f"- {change.name}: {change_said(change, say)}")


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE_ID", help="Id of the rule.")],
    lang: LanguageOption = Language.EN,
) -> None:
    """Print a rule in full: basis, conditions, who answers for it, remedy, examples."""
    catalogue, say = _catalogue(house_of_settings()), words(lang.value)
    known = {change.name: change.card for change in catalogue.switched_off if change.card} | {**catalogue.by_id}
    if rule_id not in known:
        refuse(unknown("rule", rule_id, known))
    card = known[rule_id]
    table = Table(
        title=Text(f"{card.id}: {say.say(card.title)}"),
        title_justify="left",
        show_header=False,
        show_lines=True,
    )
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _card_lines(catalogue, card, say).items():
        table.add_row(name, Text(text))
    print_table(table)


@app.command()
def page(
    out: Annotated[Path, typer.Option(help="File to write; what lies there is replaced.")],
    lang: LanguageOption = Language.FR,
) -> None:
    """Write every rule on one page, to be read, searched, printed, or annexed to a contract: it names no vendor."""
    from pipelines.dossiers.rule_pages import render_rules

    catalogue = _catalogue(house_of_settings())
    text = render_rules(catalogue, language=lang.value, as_of=datetime.now(UTC))
    with writing_to("--out", out):
        out.write_text(text, encoding="utf-8")
    typer.echo(f"{out}: {len(catalogue.cards)} rules, catalogue {catalogue.digest[:12]}")


@app.command()
def check() -> None:
    """Check that all cards, shipped and own, hold together, compile, and decide their own examples as they say."""
    from pipelines.verdicts.examples import run_examples

    house = house_of_settings()
    catalogue = _catalogue(house)
    problems = catalogue.problems or run_examples(catalogue, house.engine)
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        raise typer.Exit(1)
    example_count = sum(len(card.examples) for card in catalogue.cards)
    typer.echo(f"{len(catalogue.cards)} rules and {example_count} examples hold together; catalogue {catalogue.digest}")


def _catalogue(house: House) -> Catalogue:
    """The catalogue of the house; if its cards do not hold together, say why and end with status 1."""
    try:
        return house.catalogue
    except CatalogueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _card_lines(catalogue: Catalogue, card: Card, say: Words) -> dict[str, str]:
    """What a card says, under what people call it; what it leaves out is left out."""
    period = period_said(card.in_force.from_, card.in_force.to, say)
    lines = {
        "fault": say.say(card.fault),
        "basis": "\n".join(" ".join(filter(None, (basis.cite, basis.url))) for basis in card.basis),
        "in_force": say("rule_card.dated", period=period, by=card.dated_by),
        "doctrine_since": str(card.doctrine_since or ""),
        "grain": say(f"rules.grain.{card.grain}"),
        "channels": ", ".join(say(f"channel.{one}") for one in card.channels),
        "audiences": ", ".join(say(f"audience.{one}") for one in card.audiences),
        "severity": say(f"severity.{card.severity}"),
        "dimension": say(f"dimension.{card.dimension}"),
        "applies_when": card.applies_when or say("rule_card.always"),
        "needs": ", ".join(card.needs),
        "pass_when": card.pass_when,
        "holds_until": card.holds_until or "",
        "attributable_to": _branches_said(card.attributable_to, say),
        "pending_on": _branches_said(card.pending_on, say),
        "subsumed_by": ", ".join(card.subsumed_by),
        "evidence": ", ".join(card.evidence),
        "remedy": say.say(card.remedy),
        "changed": "\n".join(changes_behind(catalogue, card.id, say)),
        "review": f"{card.review.status}: {card.review.note}" if card.review else "",
        "examples": "\n".join(_example(example, say) for example in card.examples),
        "card": str(card.file),
    }
    return {say(f"rule_card.{name}"): text for name, text in lines.items() if text}


def _branches_said(branches: tuple[Branch, ...], say: Words) -> str:
    """Who, and when; the parties are the words of the cards."""
    told = [
        say("rule_card.when", party=party, condition=when) if when else say("rule_card.otherwise", party=party)
        for party, when in branches
    ]
    return "\n".join(told) if len(told) > 1 else branches[0].party


def _example(example: Example, say: Words) -> str:
    given = ", ".join(f"{name} = {value}" for name, value in example.given.items())
    return f"{example.expect}: {say.say(example.why)} ({given})"
