"""Trades in which canvassing is banned, consent or not, or bound to a young consent."""

from datetime import date, timedelta

from tests.support.plain_judge.answers import Answer, both, earlier, either
from tests.support.plain_judge.bases import rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.consent import names_us_as_reviewed
from tests.support.plain_judge.readings import CALLS, MESSAGES, Ruling, of_use

ENERGY = ("energy_renovation", "renewable_energy")
HOUSING = ("housing_adaptation",)
HOUSE = ("consumer",)


def _is_about(case: Case, *sectors: str) -> bool:
    return case.contract["sector"] in sectors


def _calls_asked_for(case: Case) -> Answer:
    """L. 223-1, al. 5: a running contract, or R. 223-4: a callback, which nobody asks of a robot."""
    return rests_on(case, "contract", *(["callback_request"] if case.channel == "phone" else []))


@of_use(channels=CALLS, audiences=HOUSE, since=date(2020, 7, 26))
def sector_energy_renovation_phone_ban(case: Case) -> Ruling:
    """C. consom., art. L. 223-1, al. 5 (loi n° 2020-901)."""
    return Ruling(_is_about(case, *ENERGY), _calls_asked_for(case))


@of_use(channels=CALLS, audiences=HOUSE, since=date(2025, 7, 2))
def sector_housing_adaptation_phone_ban(case: Case) -> Ruling:
    """C. consom., art. L. 223-1, al. 5 (loi n° 2025-594, art. 13)."""
    return Ruling(_is_about(case, *HOUSING), _calls_asked_for(case))


@of_use(channels=MESSAGES, audiences=HOUSE, since=date(2025, 7, 2))
def sector_energy_adaptation_message_ban(case: Case) -> Ruling:
    """C. consom., art. L. 223-8: a running contract alone."""
    return Ruling(_is_about(case, *ENERGY, *HOUSING), rests_on(case, "contract"))


@of_use(audiences=("consumer", "professional"), since=date(2022, 12, 21))
def sector_cpf_ban(case: Case) -> Ruling:
    """C. trav., art. L. 6323-8-1: a running training alone; a company has no account."""
    return Ruling(_is_about(case, "cpf_training"), rests_on(case, "contract"))


@of_use(channels=CALLS, audiences=HOUSE, since=date(2022, 4, 1))
def sector_insurance_consent_30_days(case: Case) -> Ruling:
    """C. assur., art. L. 112-2-2 and R. 112-7: a consent of less than thirty days; who asked is not canvassed."""
    consented = case.of_proof("consent_at")
    ends = None if consented is None else consented + timedelta(days=30)
    on_young_consent = both(rests_on(case, "consent"), earlier(case.used_at, ends))
    return Ruling(_is_about(case, "insurance"), either(rests_on(case, "callback_request"), on_young_consent))


@of_use(channels=CALLS, audiences=HOUSE, since=date(2022, 4, 1))
def sector_insurance_named_distributor(case: Case) -> Ruling:
    """C. assur., art. L. 112-2-2: the identity of the distributor, given beforehand."""
    return Ruling(both(_is_about(case, "insurance"), rests_on(case, "consent")), names_us_as_reviewed(case))
