"""The collection forms of the market's vendors and what the advertiser wrote when it reviewed them. Data only."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from pipelines.simulation.market_facts import Form, FormReview
from pipelines.vocabulary import words

ADVERTISER_NAME: Final = "Télécom du Ponant"
ADVERTISER_SIREN: Final = "904127354"
_FIVE: Final = words.MENTIONS
_US: Final = (ADVERTISER_NAME,)
_OUR_SIREN: Final = (ADVERTISER_SIREN,)
_PHONE_TEXT: Final = (
    "J'accepte que Télécom du Ponant (SIREN 904 127 354) me contacte par téléphone, SMS ou courriel au sujet de ses "
    "offres d'accès à internet. Mon accord vaut un an ; je peux le retirer à tout moment et en demander la preuve."
)

LUMICONSO: Final = (
    Form("LC-FIBRE", "3", _PHONE_TEXT, recipients=_US, recipient_sirens=_OUR_SIREN, mentions=_FIVE),
    Form("LC-MOBILE", "1", f"Forfait mobile. {_PHONE_TEXT}", recipients=("TÉLÉCOM  du ponant",), mentions=_FIVE),
)
TARDIVO: Final = (
    Form("TD-BOX", "2.1", f"Comparateur de box. {_PHONE_TEXT}", "button", None, _US, mentions=_FIVE),
    Form("TD-ELIGIBILITE", "1.0", f"Test d'éligibilité. {_PHONE_TEXT}", recipient_sirens=_OUR_SIREN, mentions=_FIVE),
)
PROMO_PLAISIR: Final = (
    Form("JEU-ETE", "2", "Je participe et j'accepte les offres des partenaires.", box_prechecked=None, recipients=_US),
    Form("JEU-ETE", "3", "Je participe. J'accepte les offres des partenaires.", recipients=_US, mentions=_FIVE[:3]),
    Form("CONCOURS", "1", f"Grand concours. {_PHONE_TEXT}", recipients=_US, mentions=_FIVE),
    Form(
        "SONDAGE",
        "1",
        "Sondage. J'accepte d'être contacté par la liste des partenaires.",
        partner_list_version="2026-05",
    ),
)
RELANCE: Final = (
    Form("RD-DEVIS", "5", f"Demande de devis. {_PHONE_TEXT}", "button", None, _US, _OUR_SIREN, mentions=_FIVE),
    Form("RD-DEVIS", "6", f"Demande de devis, étape 2. {_PHONE_TEXT}", recipients=_US, mentions=_FIVE),
)
RHONE: Final = (
    Form("SALON", "2026", f"Salon de l'habitat : {_PHONE_TEXT}", "signature", None, _US, mentions=_FIVE),
    Form("BULLETIN", "12", f"Bulletin d'information : {_PHONE_TEXT}", recipient_sirens=_OUR_SIREN, mentions=_FIVE),
)
MULTIBASE: Final = (
    Form("PRO-GUIDE", "1", f"Guide des télécoms d'entreprise. {_PHONE_TEXT}", recipients=_US, mentions=_FIVE),
    Form("PRO-WEBINAIRE", "4", f"Webinaire. {_PHONE_TEXT}", "button", None, _US, _OUR_SIREN),
)
HEXA: Final = (
    Form("HX-TARIFS", "8", f"Tarifs en ligne. {_PHONE_TEXT}", partner_list_version="hx-2026-07", mentions=_FIVE),
    Form("HX-QUIZ", "1", f"Quiz. {_PHONE_TEXT}", partner_list_version="hx-2026-07"),
)
NOVA: Final = (
    Form("RAPPEL", "1", f"Être rappelé. {_PHONE_TEXT}", recipient_sirens=_OUR_SIREN, mentions=_FIVE),
    Form("RAPPEL", "2", f"Être rappelé gratuitement. {_PHONE_TEXT}", partner_list_version="nr-3", mentions=_FIVE),
)
MOTS: Final = (
    Form("MM-CARTE", "1", f"Carte de fidélité. {_PHONE_TEXT}", recipients=_US, recipient_sirens=_OUR_SIREN,
         mentions=_FIVE),
)  # fmt: skip
FACADE: Final = (
    Form("FC-AUDIT", "2", f"Audit de façade. {_PHONE_TEXT}", "button", None, _US, _OUR_SIREN, mentions=_FIVE),
)
CARNET: Final = (
    Form("CD-RESEAU", "7", f"Formulaire de réseau social. {_PHONE_TEXT}", "button", None, _US, mentions=_FIVE),
)

Reviews = Mapping[tuple[str, str], FormReview]


def _reviewed(
    form: Form, on: date, *, is_text_kept: bool = True, **findings: object
) -> tuple[tuple[str, str], FormReview]:
    """A review that found a form sound unless told otherwise."""
    sound: dict[str, object] = {
        "box_prechecked": False, "mentions": _FIVE, "recipients": _US, "participation_requires_consent": False,
        "refusal_equal_prominence": True, "l223_2_notice": True, "informed_art13": True, "separate_from_terms": True,
        "withdrawal_as_easy": True,
    }  # fmt: skip
    text = form.text if is_text_kept else None
    return (form.form_id, form.form_version), FormReview(on, text, **{**sound, **findings})  # type: ignore[arg-type]


def reviews(first_day: date, days: int) -> Mapping[str, Reviews]:
    """Reviews by vendor: most made before the market, some in the middle of it, some forms never reviewed."""
    before, halfway = first_day - timedelta(days=40), first_day + timedelta(days=days // 2)
    return {
        "lumiconso": dict(
            [_reviewed(LUMICONSO[0], before), _reviewed(LUMICONSO[1], before, recipient_sirens=_OUR_SIREN)]
        ),
        "tardivo-data": dict(
            [_reviewed(TARDIVO[0], before, box_prechecked=None), _reviewed(TARDIVO[1], halfway, is_text_kept=False)]
        ),
        "promo-plaisir": dict(
            [
                _reviewed(
                    PROMO_PLAISIR[0],
                    before,
                    box_prechecked=True,
                    mentions=_FIVE[:2],
                    recipients=("Jeux & Cie",),
                    participation_requires_consent=True,
                    separate_from_terms=False,
                    informed_art13=False,
                ),
                _reviewed(
                    PROMO_PLAISIR[2],
                    before,
                    box_prechecked=None,
                    mentions=None,
                    withdrawal_as_easy=False,
                    named_since=first_day + timedelta(days=days // 6),
                ),
                _reviewed(PROMO_PLAISIR[3], before, recipients=None, refusal_equal_prominence=False),
            ]
        ),
        "relance-directe": dict(
            [
                _reviewed(RELANCE[0], before),
                _reviewed(
                    RELANCE[1],
                    before,
                    mentions=None,
                    participation_requires_consent=None,
                    refusal_equal_prominence=None,
                    l223_2_notice=None,
                    informed_art13=None,
                    separate_from_terms=None,
                    withdrawal_as_easy=None,
                ),
            ]
        ),
        "agence-du-rhone": dict([_reviewed(form, before, is_text_kept=False) for form in RHONE]),
        "multibase-pro": dict([_reviewed(MULTIBASE[0], before, recipients=None, recipient_sirens=_OUR_SIREN)]),
        "hexa-leads": dict(
            [
                _reviewed(HEXA[0], before, recipients=None),
                _reviewed(HEXA[1], halfway, mentions=_FIVE[:4], l223_2_notice=False),
            ]
        ),
        "nova-rappel": dict([_reviewed(form, before, recipients=None) for form in NOVA]),
        "mot-a-mot": dict([_reviewed(form, before) for form in MOTS]),
        "carnet-decore": dict([_reviewed(form, before) for form in CARNET]),
        "facade-conseil": dict([_reviewed(form, before) for form in FACADE]),
    }
