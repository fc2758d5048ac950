"""Our own words that the registry keeps for good: who decided, and why. They name nobody who was sold as a lead."""

from pipelines.identifiers.likeness import looks_like_person
from pipelines.identifiers.spellings import NOBODY, Person, without_identifiers_in


def are_words_of_nobody(text: str, person: Person = NOBODY) -> bool:
    """Whether there are words, and none that may be an identifier: a person's, if one is known, or anybody's."""
    names_person = without_identifiers_in(text, person, "reference") != text
    return bool(text.strip()) and not names_person and not looks_like_person(text, "name")


def confirm_kept_words(option: str, text: str, most: int) -> None:
    """Make sure that words may be kept as they are: nothing is cut.

    Args:
        option: by which they were given, such as `--by`.
        text: the words.
        most: how many characters are kept.

    Raises:
        ValueError: there are none, too many, or an e-mail address or phone number among them, which is not repeated.
    """
    if len(text) > most or not are_words_of_nobody(text):
        raise ValueError(
            f"{option}: expected words, at most {most} characters, without an e-mail address or a phone number"
        )
