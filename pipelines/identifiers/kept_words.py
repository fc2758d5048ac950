"""Our own words that the registry keeps for good: who decided, and why. They name nobody who was sold as a lead."""

from pipelines.identifiers.likeness import looks_like_person


def confirm_kept_words(option: str, text: str, most: int) -> None:
    """Make sure that words may be kept as they are: nothing is cut.

    Args:
        option: by which they were given, such as `--by`.
        text: the words.
        most: how many characters are kept.

    Raises:
        ValueError: there are none, too many, or an e-mail address or phone number among them, which is not repeated.
    """
    if not text.strip() or len(text) > most or looks_like_person(text, "name"):
        raise ValueError(
            f"{option}: expected words, at most {most} characters, without an e-mail address or a phone number"
        )
