"""Yes/no columns, one a channel, that say together what `channels` says as a list, in either role. Data only."""

from typing import Final

from pipelines.vocabulary.field import Field
from pipelines.vocabulary.field_kinds import FLAG
from pipelines.vocabulary.field_words import FLAG_WORDS

_MEANT: Final = {
    "email": ("e-mails", "email"),
    "sms": ("SMS", "sms"),
    "phone": ("phone calls", "phone, appel, call"),
    "automated_call": ("automated calls", "automated call, automate, automate appel, appel automatise, robocall"),
}
"""Channel -> its name in a sentence, and what stands for it in names of columns."""
_SAID: Final = ("optin {}", "consent {}", "accepte {}", "accept {}", "ok {}", "canal {}", "autorisation {}", "allow {}")


def _channel_column(channel: str, plural: str, called: str) -> Field:
    return Field(
        f"channels_{channel}",
        FLAG,
        f"Yes or no to {plural}: one of the columns that say `channels` together.",
        example="true",
        synonyms=", ".join(said.format(name) for name in called.split(", ") for said in _SAID),
        words=FLAG_WORDS,
        part_of="channels",
    )


CHANNEL_COLUMNS: Final = tuple(_channel_column(channel, *meant) for channel, meant in _MEANT.items())
