"""A sentence in both languages of the house."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bilingual:
    """A sentence for people, in both languages of the house."""

    fr: str
    en: str
