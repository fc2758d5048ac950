"""Exports that opposition files often are: which of their columns is which of ours, and the page that says so.

A name of a column is here only if a document or published code holds it; what none says is left to the options of the
import. Pages as stored copies of them said in `read_on`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Profile:
    """The layout of one export."""

    title: str
    how: str
    """How it is made there, or what it is, in few words."""
    source: str
    """URL of the page or code that names its columns."""
    read_on: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column -> the export's."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Our column -> what holds for every line where no option says otherwise."""
    has_header: bool = True
    note: str = ""
    """What is to be said beside it."""


_BY_EMAIL: Final = {"kind": "email", "channel": "email"}
_SAY_DATE: Final = "has no date of the opposition: say `--opposed-at`"

PROFILES: Final[Mapping[str, Profile]] = {
    "brevo": Profile(
        title="Brevo, export of contacts",
        how="contacts filtered on `unsubscribed` or blocklisted, attribute `EMAIL`",
        source="https://developers.brevo.com/reference/request-contact-export",
        read_on="2026-11-30",
        columns={"identifier": "EMAIL"},
        constants=_BY_EMAIL | {"origin": "brevo"},
        note=f"{_SAY_DATE}; `MODIFIED_TIME` moves with every change of the contact",
    ),
    "hubspot": Profile(
        title="HubSpot, opt-out list",
        how="the file of one column that HubSpot itself imports as an opt-out list",
        source="https://knowledge.hubspot.com/marketing-email/import-an-opt-out-list",
        read_on="2026-11-30",
        columns={"identifier": "Email"},
        constants=_BY_EMAIL | {"origin": "hubspot"},
        note=f"{_SAY_DATE}; take bounces out of other exports first",
    ),
    "mailchimp": Profile(
        title="Mailchimp, unsubscribed part of an audience export",
        how="`unsubscribed_email_audience_export_….csv`",
        source="https://github.com/ericHakanson/regattaData/blob/1cb631387d23500af63d047d2a68161454307116/"
        "src/regatta_etl/import_mailchimp_audience.py",
        read_on="2026-11-30",
        columns={"identifier": "Email Address", "opposed_at": "UNSUB_TIME"},
        constants=_BY_EMAIL | {"origin": "mailchimp"},
        note="`UNSUB_TIME` names no zone and is read as Europe/Paris: at the latest when it was, if it was UTC",
    ),
    "phone-list": Profile(
        title="SFR Business, list of numbers not to call",
        how="one number a line, `+33…`, no header",
        source="https://assistance.utilisateur-relationclient.sfrbusiness.fr/?p=36107",
        read_on="2026-11-30",
        constants={"kind": "phone"},
        has_header=False,
        note=f"{_SAY_DATE}, `--channel` and `--origin`; serves other lists of one column of numbers, too",
    ),
}
