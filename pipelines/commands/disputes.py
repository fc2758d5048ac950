"""`opposable disputes`: what vendors answer to findings, and what a person makes of it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.shared import Language, LanguageOption, house_of_settings, known_vendor, refuse, vendor_in
from pipelines.disputes.decisions import DisputeRefusedError
from pipelines.disputes.dispute import RecordedDispute
from pipelines.house import House
from pipelines.identifiers.escaped_texts import escaped
from pipelines.vocabulary.clock import paris_date
from pipelines.vocabulary.words import DISPUTE_OUTCOMES
from pipelines.wording.words import Words, words

app = typer.Typer(no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(help="Number of the dispute, as `list` gives it.")]


@app.callback()
def disputes() -> None:
    """What vendors dispute of findings: list, show, decide."""


@app.command("list")
def list_(
    vendor: Annotated[str | None, typer.Argument(help="Key of one vendor.")] = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only those that wait for a decision.")] = False,
    language: LanguageOption = Language.EN,
) -> None:
    """Take in what lies in the inbox, then list every dispute: which finding, when it came, what was decided.

    Exit status: 0 nothing waits for a decision, 1 something does, 2 a wrong argument or setting.
    """
    from pipelines.disputes.records import recorded_disputes

    house, say = house_of_settings(), words(language.value)
    book = house.contracts([vendor] if vendor else ())
    if vendor is not None:
        known_vendor(book, vendor)
    for one in [vendor] if vendor else book.vendors:
        _take_in(house, one, say)
    for one in book.skipped:
        _note_arrivals(house, one, say)
    found = recorded_disputes(house.registry, vendor)
    for dispute in found:
        if dispute.is_open or not is_open:
            typer.echo(escaped(_dispute_told(dispute, say)))
    if not found:
        typer.echo(say("disputes.none"))
    raise typer.Exit(any(dispute.is_open for dispute in found))


@app.command()
def show(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    number: NumberArgument,
    language: LanguageOption = Language.EN,
) -> None:
    """Show one dispute: what the vendor says, the digests of what it shows, and every decision.

    Exit status: 0 shown, 2 no such dispute.
    """
    house, say = house_of_settings(), words(language.value)
    dispute = _dispute_of(house, vendor, number)
    typer.echo(escaped(_dispute_told(dispute, say)))
    statement = house.kept_answers.read(vendor, dispute.statement_digest)
    said = say("disputes.purged") if statement is None else statement.decode(errors="replace")
    typer.echo(escaped(say("disputes.statement", text=said)))
    for digest in dispute.evidence_digests:
        typer.echo(say("disputes.evidence", digest=digest))
    for made in dispute.decisions:
        line = say("disputes.decided", on=paris_date(made.decided_at), outcome=say(f"dispute_state.{made.outcome}"))
        typer.echo(escaped(f"{line} {made.decided_by}: {made.reason}"))


@app.command()
def evidence(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    number: NumberArgument,
    digest: Annotated[str, typer.Argument(help="Digest of the file, as `show` gives it, or its first digits.")],
) -> None:
    """Write one file of evidence to standard output, byte for byte as it came: send it into a file.

    Exit status: 0 written, 1 it was removed at the end of its retention, 2 no such file.
    """
    house = house_of_settings()
    dispute = _dispute_of(house, vendor, number)
    named = [one for one in dispute.evidence_digests if digest and one.startswith(digest.lower())]
    if len(named) != 1:
        refuse(f"DIGEST: expected one of {', '.join(dispute.evidence_digests) or 'none: it shows no evidence'}")
    content = house.kept_answers.read(vendor, named[0])
    if content is None:
        typer.echo(words("en")("disputes.purged"), err=True)
        raise typer.Exit(1)
    typer.get_binary_stream("stdout").write(content)


@app.command()
def decide(
    vendor: Annotated[str, typer.Argument(help="Key of the vendor.")],
    number: NumberArgument,
    outcome: Annotated[str, typer.Argument(help=f"One of {', '.join(DISPUTE_OUTCOMES)}.")],
    by: Annotated[str, typer.Option(help="Name and function of the person; never a lead's.")],
    reason: Annotated[str, typer.Option(help="Why, in words; it is kept, and the vendor reads it.")],
    language: LanguageOption = Language.EN,
) -> None:
    """Record what a person makes of a dispute, and tell the vendor; nothing changes or removes it.

    An accepted one is counted from the next run of `publish` on. Exit status: 0 recorded, 2 refused.
    """
    from pipelines.disputes.records import record_decided
    from pipelines.disputes.replies import write_replies

    house, say, now = house_of_settings(), words(language.value), datetime.now(UTC)
    _dispute_of(house, vendor, number)
    try:
        dispute = record_decided(house.registry, vendor, number, outcome, by=by, reason=reason, at=now)
    except DisputeRefusedError as error:
        refuse(str(error))
    with house.lake.writing(vendor):
        write_replies(house.registry, house.outbox, vendor, now=now, also=[dispute.file_digest])
    typer.echo(escaped(_dispute_told(_dispute_of(house, vendor, number), say)))


def _take_in(house: House, vendor: str, say: Words) -> None:
    """Read what is new of a vendor's answers, and write what it is told of it."""
    from pipelines.disputes.replies import write_replies

    now, contracts = datetime.now(UTC), house.contracts([vendor]).of(vendor)
    with house.lake.writing(vendor):
        taken = house.answers.take_in(vendor, contracts, now=now)
        write_replies(house.registry, house.outbox, vendor, now=now, also=taken.digests)
    for file in taken.files:
        typer.echo(say("disputes.taken", vendor=vendor, digest=file.file_digest[:12], rejected=len(file.rejected)))
        if file.refusal is not None:
            typer.echo(say("disputes.refused_file"))
    counts = {
        "disputes.waiting": taken.waiting_count,
        "disputes.unreadable": taken.unreadable_count,
        "disputes.beyond": taken.beyond_count,
    }
    for key, n in counts.items():
        if n:
            typer.echo(f"{vendor}: {say(key, n=n)}", err=True)
    for day in sorted(taken.damaged_days):
        typer.echo(f"{vendor}: {say('disputes.damaged', on=day)}", err=True)


def _note_arrivals(house: House, vendor: str, say: Words) -> None:
    """Say what waits for a contract that can't be read; it has come all the same."""
    with house.lake.writing(vendor):
        n = house.answers.note_arrivals(vendor, now=datetime.now(UTC))
    if n:
        typer.echo(f"{vendor}: {say('disputes.no_contract', n=n)}", err=True)


def _dispute_of(house: House, vendor: str, number: int) -> RecordedDispute:
    from pipelines.disputes.decisions import dispute_numbered
    from pipelines.disputes.records import recorded_disputes

    found = recorded_disputes(house.registry, vendor)
    if not found:  # disputes outlive the folder of a vendor's contracts
        vendor_in(house, "VENDOR", vendor)
    try:
        return dispute_numbered(found, vendor, number)
    except DisputeRefusedError as error:
        refuse(str(error))


def _dispute_told(one: RecordedDispute, say: Words) -> str:
    came = say("disputes.came", on=paris_date(one.received_at))
    due = say("disputes.due", on=paris_date(one.due_at)) if one.due_at else say("disputes.not_begun")
    late = [say("disputes.late")] if one.is_late else []
    finding = f"{one.delivery_date} {one.lead_id} {one.channel or '*'} {one.rule}"
    return "  ".join((str(one.id), one.vendor, finding, say(f"dispute_state.{one.state}"), came, due, *late))
