"""Spellings that public documents prescribe before an e-mail or phone is hashed, with what a lead can meet of them.

As stored copies of the pages said in November 2026. What no page says is not here: LinkedIn's, Microsoft's, Brevo's
and Bloctel's rules were not found in a citable form. `other_forms` makes the forms; a test holds that it makes each.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class PublishedSpelling:
    """One rule of one document, by an example."""

    document: str
    url: str
    kind: Literal["email", "phone"]
    rule: str
    """What is done before hashing, in words."""
    delivered: str
    """A value as a person gives it: invented."""
    hashed: str
    """The text that is hashed then."""
    digests: tuple[str, ...] = ("SHA-256",)

    @property
    def can_meet(self) -> bool:
        """Whether a lead can meet it: of other digests nobody can tell the SHA-256."""
        return "SHA-256" in self.digests


_GOOGLE_ADS: Final = "https://developers.google.com/google-ads/api/reference/rpc/latest/UserIdentifier"
_GOOGLE_DATA: Final = "https://developers.google.com/data-manager/api/devguides/concepts/formatting"
_GOOGLE_CM360: Final = "https://developers.google.com/doubleclick-advertisers/guides/conversions_ec"
_META: Final = (
    "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters"
)
_UID2: Final = "https://github.com/IABTechLab/uid2docs/blob/main/docs/getting-started/gs-normalization-encoding.md"
_TIKTOK: Final = "https://ads.tiktok.com/help/article/list-of-supported-ids-and-formats-for-a-customer-file?lang=en"
_TIKTOK_PREVIEW: Final = "https://ads.tiktok.com/help/preview?content_id=5gcDeV2ckkwNVh1BedxvSJ&lang=en"
_SNAP: Final = "https://developers.snap.com/api/marketing-api/Conversions-API/BestPractices"
_X: Final = "https://developer.x.com/en/docs/x-ads-api/audiences/overview/user-data"
_CRITEO: Final = (
    "https://help.criteo.com/kb/guide/en/criteo-onetag-advanced-settings-M2TiX6m90K/Steps/886908,887075,1948825"
)
_LIVERAMP: Final = "https://docs.liveramp.com/connect/en/hashing-identifiers.html"
_PINTEREST: Final = (
    "https://github.com/pinterest/pinterest-python-generated-api-client/blob/main/docs/CustomerListRequest.md"
)
_MAILCHIMP: Final = "https://mailchimp.com/developer/marketing/api/list-members/add-or-update-list-member/"
_OPTIZMO: Final = (
    "https://support.optizmo.com/hc/en-us/articles/4407358825619-How-should-I-format-my-MD5-data-to-work-in-SUPPRESS"
)
_ECHO: Final = "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/echo.html"

_TYPED: Final = " Ana.Roy+Jeux@Gmail.com "
_LOWER: Final = "trimmed, lower case"
_DIALLED: Final = "06 12 34 56 78"

PUBLISHED_SPELLINGS: Final = (
    PublishedSpelling("Google Ads API, UserIdentifier", _GOOGLE_ADS, "email", _LOWER, _TYPED, "ana.roy+jeux@gmail.com"),
    PublishedSpelling("Google Ads API, UserIdentifier", _GOOGLE_ADS, "phone", "E.164", _DIALLED, "+33612345678"),
    PublishedSpelling(
        "Google Data Manager API (hex or base64)",
        _GOOGLE_DATA,
        "email",
        "lower case; at gmail.com and googlemail.com without dots and without what follows a plus",
        _TYPED,
        "anaroy@gmail.com",
    ),
    PublishedSpelling(
        "Google Data Manager API (hex or base64)",
        _GOOGLE_DATA,
        "email",
        "the same; googlemail.com stays googlemail.com",
        "Ana.Roy+Jeux@googlemail.com",
        "anaroy@googlemail.com",
    ),
    PublishedSpelling(
        "Google Campaign Manager 360, enhanced conversions",
        _GOOGLE_CM360,
        "email",
        "lower case; at gmail.com and googlemail.com without dots; a plus stays",
        _TYPED,
        "anaroy+jeux@gmail.com",
    ),
    PublishedSpelling(
        "Meta, customer information parameters", _META, "email", _LOWER, _TYPED, "ana.roy+jeux@gmail.com"
    ),
    PublishedSpelling(
        "Meta, customer information parameters",
        _META,
        "phone",
        "digits alone, with the country code, without leading zeros",
        _DIALLED,
        "33612345678",
    ),
    PublishedSpelling(
        "UID2, normalization and encoding (base64)",
        _UID2,
        "email",
        "trimmed, lower case; at gmail.com without dots and without what follows a plus",
        _TYPED,
        "anaroy@gmail.com",
    ),
    PublishedSpelling(
        "UID2, normalization and encoding (base64)",
        _UID2,
        "email",
        "trimmed, lower case; elsewhere dots and plus stay",
        "Ana.Roy+Jeux@mail.example",
        "ana.roy+jeux@mail.example",
    ),
    PublishedSpelling("UID2, normalization and encoding (base64)", _UID2, "phone", "E.164", _DIALLED, "+33612345678"),
    PublishedSpelling(
        "TikTok, customer file",
        _TIKTOK,
        "email",
        "lower case, without what follows a plus, dots stay",
        _TYPED,
        "ana.roy@gmail.com",
    ),
    PublishedSpelling("TikTok, customer file", _TIKTOK, "phone", "E.164", _DIALLED, "+33612345678"),
    PublishedSpelling("TikTok, customer file", _TIKTOK_PREVIEW, "phone", "without the plus", _DIALLED, "33612345678"),
    PublishedSpelling(
        "TikTok, customer file",
        _TIKTOK_PREVIEW,
        "phone",
        "without plus and country code",
        _DIALLED,
        "612345678",
    ),
    PublishedSpelling("Snap, Conversions API", _SNAP, "email", _LOWER, _TYPED, "ana.roy+jeux@gmail.com"),
    PublishedSpelling(
        "Snap, Conversions API", _SNAP, "phone", "digits with the country code, without zeros", _DIALLED, "33612345678"
    ),
    PublishedSpelling("X, custom audiences", _X, "email", _LOWER, _TYPED, "ana.roy+jeux@gmail.com"),
    PublishedSpelling(
        "Criteo, OneTag", _CRITEO, "email", "the address", "ana@mail.example", "ana@mail.example", ("SHA-256", "MD5")
    ),
    PublishedSpelling(
        "Criteo, OneTag (`SHA256MD5`)",
        _CRITEO,
        "email",
        "the 32 hex digits of the address's MD5",
        "ana@mail.example",
        "168356dcabb063309ad85dfcc8f6ffa8",
    ),
    PublishedSpelling(
        "LiveRamp, hashing identifiers",
        _LIVERAMP,
        "email",
        "lower case, without white space",
        _TYPED,
        "ana.roy+jeux@gmail.com",
        ("SHA-256", "MD5", "SHA-1"),
    ),
    PublishedSpelling(
        "LiveRamp, hashing identifiers (not for the EU)",
        _LIVERAMP,
        "phone",
        "without country code, brackets and hyphens",
        _DIALLED,
        "0612345678",
        ("SHA-1",),
    ),
    PublishedSpelling(
        "Pinterest, customer list",
        _PINTEREST,
        "email",
        "lower case",
        _TYPED,
        "ana.roy+jeux@gmail.com",
        ("SHA-256", "MD5", "SHA-1"),
    ),
    PublishedSpelling(
        "Mailchimp, subscriber hash", _MAILCHIMP, "email", "lower case", _TYPED, "ana.roy+jeux@gmail.com", ("MD5",)
    ),
    PublishedSpelling(
        "Optizmo, suppression lists", _OPTIZMO, "email", _LOWER, _TYPED, "ana.roy+jeux@gmail.com", ("MD5",)
    ),
    PublishedSpelling(
        "POSIX `echo … | sha256sum`", _ECHO, "email", "with the end of the line", _TYPED, "ana.roy+jeux@gmail.com\n"
    ),
    PublishedSpelling(
        "the same on Windows", _ECHO, "email", "with the end of the line", _TYPED, "ana.roy+jeux@gmail.com\r\n"
    ),
    PublishedSpelling(
        "POSIX `echo … | sha256sum`", _ECHO, "phone", "with the end of the line", _DIALLED, "+33612345678\n"
    ),
    PublishedSpelling(
        "POSIX `echo … | sha256sum`", _ECHO, "phone", "as dialled, with the end of the line", _DIALLED, "0612345678\n"
    ),
    PublishedSpelling("the same on Windows", _ECHO, "phone", "with the end of the line", _DIALLED, "+33612345678\r\n"),
)
