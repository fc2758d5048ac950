"""An explanation as people read it: the verdict first, then what decides it; ten lines are enough for a plain case."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.compiler import Code
from pipelines.verdicts.changes_said import change_said, changes_behind
from pipelines.verdicts.explain import AppliedRule, Correction, ExplainedUse
from pipelines.verdicts.missing_parts import missing_in_words
from pipelines.wording.words import Words


def explanation(
    uses: Sequence[ExplainedUse], say: Words, catalogue: Catalogue, as_shipped: Sequence[ExplainedUse] = ()
) -> Iterator[str]:
    """Lines on the uses of a lead: a heading a delivery, then channels that came out alike told as one.

    `as_shipped`: the same uses under the shipped rules, where the house's `catalogue` judges without some of them.
    """
    lifted = {(use.delivery_date, use.channel): _lifted_lines(use, say, catalogue) for use in as_shipped}

    def told(use: ExplainedUse) -> tuple[str, ...]:
        return (*_told_of(use, say, catalogue), *lifted.get((use.delivery_date, use.channel), ()))

    for of_delivery in _grouped_uses(uses, lambda use: (use.vendor, use.delivery_date, use.lead_id)):
        first = of_delivery[0]
        yield say("explain.subject", vendor=first.vendor, on=first.delivery_date, lead=first.lead_id)
        for alike in _grouped_uses(of_delivery, lambda use: (use.verdict, told(use))):
            yield _verdict_line(alike, say)
            yield from (f"  {line}" for line in told(alike[0]))


def _grouped_uses(
    uses: Sequence[ExplainedUse], key: Callable[[ExplainedUse], object]
) -> Iterable[Sequence[ExplainedUse]]:
    groups: dict[object, list[ExplainedUse]] = {}
    for use in uses:
        groups.setdefault(key(use), []).append(use)
    return groups.values()


def _verdict_line(uses: Sequence[ExplainedUse], say: Words) -> str:
    first = uses[0]
    channels = [say(f"channel.{use.channel}") for use in uses if use.channel] or [say("explain.no_channel")]
    state = say("explain.final" if first.is_final else "explain.provisional")
    verdict = say(f"verdict.{first.verdict}") if say.has(f"verdict.{first.verdict}") else say("explain.no_use")
    at = say.instant(first.known_at.replace(tzinfo=UTC))
    return say("explain.verdict", channels=say.enumerate(channels), verdict=verdict.upper(), state=state, at=at)


def _told_of(use: ExplainedUse, say: Words, catalogue: Catalogue) -> tuple[str, ...]:
    """What decides the verdict, what else was found, and what to be warned of."""
    lines = [line for one in use.deciding for line in _deciding_lines(one, say, catalogue)]
    if not use.deciding:
        lines.append(say("explain.nothing_decides"))
    if use.others_found:
        others = ", ".join(f"{one.rule.id} ({_short(one, say)})" for one in use.others_found)
        lines.append(say("explain.others", rules=others))
    if use.stricter_expiry is not None:
        lines.append(say("explain.stricter", at=say.instant(use.stricter_expiry.replace(tzinfo=UTC))))
    lines += [_correction_line(correction, say) for correction in use.corrections]
    lines += _out_of_date_lines(use, say)
    return tuple(lines)


def _out_of_date_lines(use: ExplainedUse, say: Words) -> Iterator[str]:
    if use.unread_count:
        yield say("explain.unread", n=use.unread_count)
    if use.published_as is not None:
        yield say("explain.published_as", verdict=say(f"verdict.{use.published_as}"), on=use.delivery_date.isoformat())


def _correction_line(correction: Correction, say: Words) -> str:
    """What is known since, and at whose account."""
    before, after = (
        say(f"verdict.{verdict}") if verdict else say("replay.no_use")
        for verdict in (correction.from_verdict, correction.to_verdict)
    )
    return say(
        "explain.corrected",
        at=say.instant(correction.known_at.replace(tzinfo=UTC)),
        before=before,
        after=after.upper(),
        cause=say(f"flip_cause.{correction.cause}"),
        party=say(f"rules.attribution.{correction.attributable_to}"),
        rules=", ".join(correction.rules) or "-",
    )


def _deciding_lines(one: AppliedRule, say: Words, catalogue: Catalogue) -> Iterator[str]:
    """The fault, or that it is open or not proven; what is missing; what would mend it."""
    card = one.rule.card
    key = {Code.FAIL: "fail", Code.NOT_PROVEN: "not_proven"}.get(one.code, "unknown")
    party = say(f"party.{one.waits_on}") if one.waits_on else ""
    told = say(f"explain.{key}", fault=say.say(card.fault), title=say.say(card.title), rule=one.rule.id, party=party)
    missing = missing_in_words(one.missing, say)
    yield f"{told} ({missing})" if missing else told
    yield f"  {say('explain.remedy', remedy=say.say(card.remedy))}"
    yield from (f"  {change}" for change in changes_behind(catalogue, one.rule.id, say))


def _lifted_lines(use: ExplainedUse, say: Words, catalogue: Catalogue) -> tuple[str, ...]:
    """Rules that the house switched off, and that would have failed or had no answer."""
    off = {change.name: change for change in catalogue.switched_off}
    return tuple(
        say(
            "change.would_count",
            fault=say.say(one.rule.card.fault),
            rule=one.rule.id,
            change=change_said(off[one.rule.id], say),
        )
        for one in use.rules
        if one.is_found and one.rule.id in off
    )


def _short(one: AppliedRule, say: Words) -> str:
    return say("explain.short_fail" if one.code is Code.FAIL else "explain.short_open")
