"""`opposable questionnaire`: questionnaires that vendors answer by an expiring link. The pages are in `serve`."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import Language, LanguageOption, house_of_settings, refuse, vendor_in
from pipelines.identifiers.escaped_texts import escaped
from pipelines.vocabulary.clock import paris_date

app = typer.Typer(no_args_is_help=True)

VendorArgument = Annotated[str | None, typer.Argument(help="Key of one vendor.")]


@app.callback()
def questionnaire() -> None:
    """Questionnaires by expiring link: new, list, revoke, answers."""


@app.command()
def new(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    days: Annotated[int, typer.Option(help="For how many days the link counts, from 1 to 90.")] = 14,
) -> None:
    """Make a link by which a vendor answers the questions without an account; it is printed this once.

    Whoever has the link reads and adds the vendor's statements: send it to the vendor's contact alone.
    Exit status: 0 made, 2 refused.
    """
    from pipelines.questionnaires.links import new_link
    from pipelines.questionnaires.records import record_questionnaire

    house = house_of_settings()
    vendor_in(house, "VENDOR", vendor)
    try:
        link = new_link(days, at=datetime.now(UTC), random_token=secrets.token_urlsafe)
    except ValueError as error:
        refuse(f"--days: {error}")
    number = record_questionnaire(house.registry, vendor, link)
    typer.echo(link.address(house.settings.serve_address))
    typer.echo(
        f"{number}  {vendor}: counts until {link.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown again", err=True
    )


@app.command("list")
def list_(vendor: VendorArgument = None) -> None:
    """Every questionnaire: of whom, until when, how much was stated, whether its link still counts."""
    from pipelines.questionnaires.records import questionnaires_sent

    now = datetime.now(UTC)
    sent = questionnaires_sent(house_of_settings().registry, vendor)
    for one in sent:
        counts = f"{one.state(now)}, until {one.expires_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{one.id}  {one.vendor}  {counts}; {one.statement_count} statement(s)")
    if not sent:
        typer.echo("no questionnaire was sent: `opposable questionnaire new VENDOR`")


@app.command()
def revoke(number: Annotated[int, typer.Argument(help="Number of the questionnaire, as `list` shows it.")]) -> None:
    """End a link before it expires; what was stated by it stays. Exit status: 0 ended, 2 none is open."""
    from pipelines.questionnaires.records import QuestionnaireClosedError, revoke_questionnaire

    try:
        ended = revoke_questionnaire(house_of_settings().registry, number, at=datetime.now(UTC))
    except QuestionnaireClosedError as error:
        refuse(str(error))
    typer.echo(f"{number}  {ended.vendor}: its link counts no more")


@app.command()
def answers(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    yaml: Annotated[
        bool, typer.Option("--yaml", help="As lines of due_diligence.yaml, for the person who judges them.")
    ] = False,
    lang: LanguageOption = Language.EN,
) -> None:
    """What a vendor stated last to each question. It is the vendor's word: a person judges it and takes it over."""
    from pipelines.governance.checklist import checklist
    from pipelines.questionnaires.records import kept_statements
    from pipelines.questionnaires.statements import latest_statements
    from pipelines.questionnaires.yaml_draft import yaml_draft
    from pipelines.wording.words import words

    house, spoken = house_of_settings(), words(lang.value)
    vendor_in(house, "VENDOR", vendor)
    latest = latest_statements(kept_statements(house.registry, vendor))
    if yaml:
        typer.echo(yaml_draft(latest.values(), on=paris_date(datetime.now(UTC))))
        return
    for question in checklist().questions:
        if one := latest.get(question.id):
            typer.echo(f"{one.question}: {spoken.say(question.asks)}")
            said = [spoken(f"questionnaire.choice.{one.choice}"), one.statement, one.evidence]
            typer.echo(f"  {paris_date(one.stated_at)}  {escaped(' · '.join(filter(None, said)))}")
    if not latest:
        typer.echo(spoken("questionnaire.nothing_stated"))
