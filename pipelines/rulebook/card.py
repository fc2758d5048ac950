"""One rule card: what its file may say, and how the rulebook reads it. Relations between cards: `checks`."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pipelines.rulebook.yaml_files import (
    CatalogueError,
    Day,
    Model,
    Override,
    YamlFile,
    problems_of,
    read_yaml_file,
    unknown,
)
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.words import ATTRIBUTIONS, AUDIENCES, CHANNELS, DIMENSIONS, GRAINS, PARTIES, SEVERITIES

EXPECTATIONS: Final = ("pass", "fail", "unknown", "not_applicable")
GRAINS_WITH_CHANNEL: Final = ("lead_use", "call")
_CIVIL_DATES: Final = {"used_at": "used_on", "delivered_at": "used_on", "consent_at": "consent_on"}


class Branch(NamedTuple):
    """Who answers, and when. The first branch that is true decides (NULL is not true); the last has no condition."""

    party: str
    when: str | None


def _refuse(message: str) -> PydanticCustomError:
    return PydanticCustomError("card", "{message}", {"message": message})


def _one_of_words(words: tuple[str, ...]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in words:
            raise _refuse(f"{unknown('word', word, words)} (expected one of {', '.join(words)})")
        return word

    return AfterValidator(check)


def _one_line(sql: str) -> str:
    """An expression with the white space outside its literals collapsed, so that layout is no content."""
    parts = re.split(r"('[^']*')", sql)
    if any("--" in part or "/*" in part for part in parts[::2]):
        raise _refuse("no comment inside an expression; put it on the line above, after `#`")
    return "".join(re.sub(r"\s+", " ", part) if index % 2 == 0 else part for index, part in enumerate(parts)).strip()


def _branches_read(value: Any) -> Any:
    """One word, or `{party: <SQL>, …, otherwise: party}`, as branches."""
    if isinstance(value, str):
        return (Branch(value, None),)
    if not isinstance(value, dict) or "otherwise" not in value:
        raise _refuse("expected one word, or `{<party>: <condition>, otherwise: <party>}`")
    if not all(isinstance(condition, str) for condition in value.values()):
        raise _refuse("expected an expression after each party, and a word after `otherwise`")
    conditions = [Branch(party, _one_line(sql)) for party, sql in value.items() if party != "otherwise"]
    return (*conditions, Branch(value["otherwise"], None))


def _parties_checked(words: tuple[str, ...]) -> Callable[[tuple[Branch, ...]], tuple[Branch, ...]]:
    def check(branches: tuple[Branch, ...]) -> tuple[Branch, ...]:
        for branch in branches:
            if branch.party not in words:
                raise _refuse(f"{unknown('word', branch.party, words)} (expected one of {', '.join(words)})")
        return branches

    return check


def _sorted(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without repetition and in order: these lists are sets, their order says nothing."""
    return tuple(sorted(set(words)))


Sql = Annotated[str, AfterValidator(_one_line)]
Names = Annotated[tuple[str, ...], AfterValidator(_sorted)]
Answer = Annotated[tuple[Branch, ...], BeforeValidator(_branches_read)]


class Basis(Model):
    """A text that the rule rests on, cited as lawyers do."""

    cite: str
    url: str | None = None


class Period(Model):
    """Civil dates in Europe/Paris, both inclusive; None leaves that side open."""

    from_: Day | None = Field(alias="from")
    to: Day | None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise _refuse("`to` lies before `from`")
        return self


class Review(Model):
    """What counsel has still to say about the card."""

    status: Literal["to_confirm", "confirmed"]
    note: str


def _in_both_languages(sentence: Any) -> Any:
    return {"fr": sentence, "en": sentence} if isinstance(sentence, str) else sentence


class Example(Model):
    """A case that the rule must decide as expected; run without `needs` and before the deadline's conversion."""

    why: Annotated[Bilingual, BeforeValidator(_in_both_languages)]
    """A house's own card may say it in one language: it is then said so in both."""
    given: dict[str, Any]
    """Dossier columns by name; those not named take their `example_default`."""
    expect: Annotated[str, _one_of_words(EXPECTATIONS)]


class Card(Model):
    """One rule. Expressions are SQL over the columns of `lead_dossier`, in the language of `expressions`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Bilingual
    """What holds when the rule passes."""
    fault: Bilingual
    """What is wrong when a fail is proven; where it is not proven, the words around it must say so."""
    grain: Annotated[str, _one_of_words(GRAINS)]
    channels: Annotated[tuple[Annotated[str, _one_of_words(CHANNELS)], ...], AfterValidator(_sorted)]
    """All of them when the file is silent; none at a grain that knows no channel."""
    audiences: Annotated[tuple[Annotated[str, _one_of_words(AUDIENCES)], ...], AfterValidator(_sorted)] = _sorted(
        AUDIENCES
    )
    basis: tuple[Basis, ...] = Field(min_length=1)
    in_force: Period
    """When the text is in force: decides the verdict."""
    doctrine_since: Day | None = None
    """When a decision made the duty clear: before it a fail is attributable to nobody."""
    dated_by: str = "used_at"
    severity: Annotated[str, _one_of_words(SEVERITIES)]
    attributable_to: Annotated[Answer, AfterValidator(_parties_checked(ATTRIBUTIONS))]
    pending_on: Annotated[Answer, AfterValidator(_parties_checked(PARTIES))]
    subsumed_by: Names = ()
    dimension: Annotated[str, _one_of_words(DIMENSIONS)]
    applies_when: Sql | None = None
    """None: always."""
    needs: Names = ()
    pass_when: Sql
    holds_until: str | None = None
    evidence: tuple[str, ...] = ()
    remedy: Bilingual
    review: Review | None = None
    override: Override | None = None
    """Of a house's card that replaces a shipped one."""
    examples: tuple[Example, ...]
    _yaml: YamlFile = PrivateAttr(default_factory=YamlFile)

    @model_validator(mode="before")
    @classmethod
    def _channels_of_grain(cls, content: Any) -> Any:
        if not isinstance(content, dict):
            return content
        return {"channels": CHANNELS if content.get("grain") in GRAINS_WITH_CHANNEL else (), **content}

    @field_validator("channels")
    @classmethod
    def _only_where_known(cls, channels: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        grain = info.data.get("grain", GRAINS_WITH_CHANNEL[0])
        if channels and grain not in GRAINS_WITH_CHANNEL:
            raise _refuse(f"a channel has no meaning at the grain {grain}; leave it out")
        return channels

    @field_validator("attributable_to")
    @classmethod
    def _from_doctrine_on(cls, branches: tuple[Branch, ...], info: ValidationInfo) -> tuple[Branch, ...]:
        """Writes `doctrine_since` into the conditions: nobody answers for a duty that was not yet clear."""
        since, in_force = info.data.get("doctrine_since"), info.data.get("in_force")
        if since is None:
            return branches
        if in_force and in_force.from_ and since <= in_force.from_:
            raise _refuse("`doctrine_since` must be later than `in_force.from`; leave it out otherwise")
        clear = f"used_on >= date '{since}'"
        dated = [Branch(party, f"{clear} and ({when})" if when else clear) for party, when in branches]
        return (*dated, Branch("nobody", None))

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """Every condition of the card, with the key under which it stands."""
        branches = (("attributable_to", self.attributable_to), ("pending_on", self.pending_on))
        answers = [(key, sql) for key, answer in branches for _, sql in answer if sql]
        applies = [("applies_when", self.applies_when)] if self.applies_when else []
        return (*applies, ("pass_when", self.pass_when), *answers)

    @property
    def civil_date(self) -> str:
        """The dossier column with the civil date of the act that dates the rule."""
        return _CIVIL_DATES.get(self.dated_by, self.dated_by)

    @property
    def written(self) -> Mapping[str, Any]:
        """The card as its file has it."""
        return self._yaml.data

    @property
    def file(self) -> Path:
        """Where the card stands."""
        return self._yaml.path

    def line_of(self, key: str) -> int:
        """The 1-based line of a key by dotted path (`pass_when`, `examples.2.given`), of its nearest ancestor, or 1."""
        return self._yaml.line_of(key)


def read_card(path: Path) -> Card:
    """Read one card file, named after its rule.

    Raises:
        CatalogueError: every problem of the file that can be seen without other cards.
    """
    file = read_yaml_file(path)
    try:
        card = Card.model_validate(file.data)
    except ValidationError as error:
        raise CatalogueError(problems_of(error, file, Card)) from None
    card._yaml = file
    if card.id != path.stem:
        raise CatalogueError([file.problem("id", f"`id` is `{card.id}`, the file is `{path.name}`; name both alike")])
    return card
