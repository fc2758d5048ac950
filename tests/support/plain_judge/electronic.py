"""E-mail, SMS and automated calls."""

from tests.support.plain_judge.answers import among, both, is_there
from tests.support.plain_judge.bases import is_address_of_a_company, rests_on
from tests.support.plain_judge.cases import Case
from tests.support.plain_judge.readings import ELECTRONIC, MESSAGES, Ruling, of_use


@of_use(channels=ELECTRONIC)
def elec_consent_per_channel(case: Case) -> Ruling:
    """CPCE, art. L. 34-5, al. 1, "by this means"; review.md: it covers the means used."""
    return Ruling(rests_on(case, "consent"), among(case.channel, case.of_proof("channels")))


@of_use(channels=MESSAGES, audiences=("professional", "legal_person"))
def elec_b2b_function_relevance(case: Case) -> Ruling:
    """CNIL, 17 February 2005: about the person's function; our contract says which (targetFunctions)."""
    function, targets = case.lead["job_function"], case.contract["target_functions"]
    named = None if targets is None else among(function, case.contract["target_function_spellings"])
    holds = True if is_address_of_a_company(case) else both(is_there(targets), named)
    return Ruling(rests_on(case, "b2b", "legitimate_interest"), holds)
