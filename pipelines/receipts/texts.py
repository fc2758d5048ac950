"""What a line of a receipt says in words: what is wrong and what would mend it, in French and English."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.receipts.receipt import OPPOSED, UNDER_REVIEW, ReceiptReason, ReceivedFile
from pipelines.rulebook.catalogue import Catalogue
from pipelines.verdicts.changes_said import changes_behind
from pipelines.verdicts.missing_parts import missing_in_words
from pipelines.vocabulary.reasons import Reason
from pipelines.wording.reasons import sentences
from pipelines.wording.words import LANGUAGES, Words, words

_WHOLE: Final = (OPPOSED, UNDER_REVIEW)
"""Told without anything more: their key is their reason code and their state."""


@dataclass(frozen=True)
class Explanation:
    """One text of a receipt."""

    reason_code: str
    state: str
    wrong_fr: str
    wrong_en: str
    remedy_fr: str
    remedy_en: str


@dataclass(frozen=True)
class Explainer:
    """Finds the words for what lines tell. `told`: by key, what has words of its own."""

    catalogue: Catalogue
    told: Mapping[str, ReceiptReason]

    def explain(self, key: str) -> Explanation:
        """The text of a key that lines have."""
        told = self.reason_of(key)
        wrong, remedy = (
            {language: say(told, words(language)) for language in LANGUAGES} for say in (self._wrong, self.remedy)
        )
        return Explanation(told.reason_code, told.state, wrong["fr"], wrong["en"], remedy["fr"], remedy["en"])

    def reason_of(self, key: str) -> ReceiptReason:
        """What a key stands for."""
        if key in _WHOLE:
            return ReceiptReason(key, key, key)
        reason_code, _, state = key.rpartition(".")
        return self.told.get(key) or ReceiptReason(key, reason_code, state)

    def title(self, told: ReceiptReason, say: Words) -> str:
        """What is wrong, in general: without what was expected."""
        if told.state in _WHOLE:
            return say(f"receipt.{told.state}")
        if told.state == "rejected":
            return say(f"reject.{told.reason_code}")
        card = self.catalogue.by_id[told.reason_code]
        return say(f"receipt.{told.state}", fault=say.say(card.fault), title=say.say(card.title))

    def _wrong(self, told: ReceiptReason, say: Words) -> str:
        title = self.title(told, say)
        if told.state == "rejected":
            return _with_expected(title, told.causes, say)
        more = list(filter(None, (sentences(told.causes, say.language), missing_in_words(told.missing, say))))
        wrong = f"{title} ({say('missing_part.between').join(more)})" if more else title
        return ". ".join((wrong, *self._changes(told, say)))

    def _changes(self, told: ReceiptReason, say: Words) -> Iterator[str]:
        """What of a finding is the advertiser's own rule or value, not a shipped one."""
        if told.state not in _WHOLE:
            yield from changes_behind(self.catalogue, told.reason_code, say)

    def remedy(self, told: ReceiptReason, say: Words) -> str:
        """What would mend it."""
        if told.state in _WHOLE:
            return say(f"receipt.{told.state}_remedy")
        if told.state == "rejected":
            return say(f"receipt.remedy.{told.reason_code}")
        return say.say(self.catalogue.by_id[told.reason_code].remedy)


def file_reason(file: ReceivedFile, language: str) -> str | None:
    """Why a file is refused or left out, or what its manifest says otherwise; None where there is nothing to say."""
    say = words(language)
    if file.status == "refused":
        return _with_expected(say(f"reject.{file.reason}"), file.causes, say)
    return sentences(file.causes, language) or None


def _with_expected(title: str, causes: Sequence[Reason], say: Words) -> str:
    return say("receipt.expected", reason=title) + sentences(causes, say.language) if causes else title
