"""What a house changed of the shipped rulebook, in words: what, who decided it, when, and why."""

from collections.abc import Iterator

from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.overrides import Change
from pipelines.wording.words import Words


def change_said(change: Change, say: Words) -> str:
    """One sentence, without the name of what was changed."""
    override = change.override
    figures = {"by": override.decided_by, "on": override.decided_on, "reason": say.say(override.reason)}
    return say(f"change.{change.kind}", **figures)


def changes_behind(catalogue: Catalogue, rule_id: str, say: Words) -> Iterator[str]:
    """What of a rule's outcome is the house's doing: the rule itself, or values that it reads."""
    for change in catalogue.changes_behind(rule_id):
        yield change_said(change, say)
