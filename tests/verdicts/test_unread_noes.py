"""A NO that can't be read is never a yes: proofs and leads with one changed cell, from the file to the verdict."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.clean_market import LATE, SOON, CleanMarket, Row, lead, proof

UNREADABLE_DATES = ("20/08/2026 11:00", "oui", "1", "true", "Aug 20 2026", "20260820", "1787000000", "#REF!", "1 mois")
Change = dict[str, str]


def market_of(home: Path, leads: Iterable[Row], proofs: Iterable[Row]) -> CleanMarket:
    market = CleanMarket(home)
    market.deliver(list(leads), "leads.csv")
    market.deliver(list(proofs), "proofs.csv")
    return market


def verdicts(
    home: Path, leads: Iterable[Row], proofs: Iterable[Row]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Verdicts by lead, before the proof deadline and after it."""
    market = market_of(home, leads, proofs)
    found = []
    for at in (SOON, LATE):
        market.reconcile(at)
        by_lead: dict[str, set[str]] = {}
        for (lead_id, _), verdict in market.verdicts().items():
            by_lead.setdefault(lead_id, set()).add(verdict)
        found.append(by_lead)
    return found[0], found[1]


PROOF_CELLS: tuple[Change, ...] = (
    *({"withdrawn_at": text} for text in UNREADABLE_DATES),
    *({"period_end": text} for text in ("19/08/2026", "1 mois", "#VALUE!")),
    *({"box_prechecked": text} for text in ("peut-être", "☒", "2", "#N/A!")),
    {"mentions": "identity;choice"},
    {"mentions": "identity|tout"},
    {"action": "autre"},
)


def test_a_cell_of_a_proof_that_cannot_be_read_holds_the_lead_and_is_not_proven_in_time(tmp_path: Path) -> None:
    numbers = range(1, len(PROOF_CELLS) + 1)
    proofs = [proof(number, **change) for number, change in zip(numbers, PROOF_CELLS, strict=True)]
    soon, late = verdicts(tmp_path, [lead(number) for number in (0, *numbers)], [proof(0), *proofs])
    assert soon["L-0"] == late["L-0"] == {"usable"}
    for number, change in zip(numbers, PROOF_CELLS, strict=True):
        is_of_phone_alone = change.keys() <= {"period_end", "mentions"}
        assert soon[f"L-{number}"] == ({"on_hold", "usable"} if is_of_phone_alone else {"on_hold"}), change
        assert late[f"L-{number}"] == ({"blocked", "usable"} if is_of_phone_alone else {"blocked"}), change


NULL_MARKERS = ("NULL", "N/A", "-", "#N/A", "nan", "\\N")


def test_what_programs_write_for_nothing_is_nothing(tmp_path: Path) -> None:
    markers = dict(enumerate(("", "0000-00-00", *NULL_MARKERS), 1))
    proofs = [proof(number, withdrawn_at=marker, period_end=marker) for number, marker in markers.items()]
    soon, _ = verdicts(tmp_path, map(lead, markers), proofs)
    assert soon == {f"L-{number}": {"usable"} for number in markers}


def test_a_null_marker_is_no_reference_and_no_form(tmp_path: Path) -> None:
    leads: list[Row] = []
    proofs: list[Row] = []
    for form, marker in zip(range(10, 70, 10), NULL_MARKERS, strict=True):
        leads += [lead(form), lead(form + 1, lead_id=marker), lead(form + 2, consent_id=marker)]
        proofs += [proof(form, form_id=marker), proof(form + 2)]
    market = market_of(tmp_path, leads, proofs)
    market.reconcile(SOON)
    assert [row["reason"] for row in market.rows("rejected_rows")] == ["required_missing"] * len(NULL_MARKERS)
    assert {row["lead_id"]: row["consent_id"] for row in market.rows("leads")} == {
        f"L-{form + place}": consent for form in range(10, 70, 10) for place, consent in ((0, f"C-{form}"), (2, None))
    }
    assert {market.verdicts()[f"L-{form}", "email"] for form in range(10, 70, 10)} == {"on_hold"}


WORDS_OF_REFUSAL = ("non", "Refusé", "opt-out", "NO", "0", "✗", "faux", "Opposition")
UNREAD_REFUSALS: tuple[Change, ...] = (
    {"decision": "pas d'accord"},
    {"decision": ""},
    {"decision": "refused", "channels": "tous"},
    {"decision": "refused", "channels": ""},
    {"decision": "refused", "channels": "aucun"},
    {"decision": "refused", "consent_at": "20/08/2026"},
    {"decision": "refused", "consent_id": ""},
    {"decision": "peut-être", "consent_id": "", "lead_id": ""},
)


@pytest.mark.fault(
    area="objections", fault="A refusal is written in another word than agreed", promise="It blocks all the same."
)
def test_a_later_refusal_in_any_spelling_blocks(tmp_path: Path) -> None:
    numbers = range(1, len(WORDS_OF_REFUSAL) + 1)
    refusals = [
        proof(number, decision=word, consent_at="2026-09-07T09:00:00+02:00")
        for number, word in zip(numbers, WORDS_OF_REFUSAL, strict=True)
    ]
    soon, _ = verdicts(tmp_path, map(lead, numbers), [*map(proof, numbers), *refusals])
    assert soon == {f"L-{number}": {"blocked"} for number in numbers}


@pytest.mark.fault(
    area="objections",
    fault="A vendor writes a refusal so that its row can't be read",
    promise="The lead that the row names is held: an unread no is no yes.",
)
def test_a_refusal_in_a_row_that_is_rejected_holds_the_lead_that_it_names(tmp_path: Path) -> None:
    numbers = range(1, len(UNREAD_REFUSALS) + 1)
    refusals = [proof(number, **change) for number, change in zip(numbers, UNREAD_REFUSALS, strict=True)]
    soon, late = verdicts(tmp_path, map(lead, (0, *numbers)), [*map(proof, (0, *numbers)), *refusals])
    assert soon.pop("L-0") == late.pop("L-0") == {"usable"}
    readable = UNREAD_REFUSALS.index({"decision": "refused", "consent_id": ""}) + 1
    assert soon.pop(f"L-{readable}") == late.pop(f"L-{readable}") == {"blocked"}
    assert set(map(frozenset, soon.values())) == {frozenset({"on_hold"})}
    assert set(map(frozenset, late.values())) == {frozenset({"blocked"})}


def test_rows_that_may_be_a_no_count_against_the_delivery(tmp_path: Path) -> None:
    market = market_of(
        tmp_path, [lead(1)], [proof(1), proof(9, decision="?"), proof(8, decision="given", consent_at="x")]
    )
    market.reconcile(SOON)
    [finding] = [row for row in market.rows("findings") if row["rule_id"] == "objections_readable"]
    assert (finding["outcome"], finding["lead_id"], finding["facts"]) == ("fail", None, '{"unread_objection_count":1}')


def test_an_audience_that_cannot_be_read_is_not_the_contracts(tmp_path: Path) -> None:
    leads = [
        lead(1, audience="B2C"),
        lead(2, audience="Particulier"),
        lead(3, audience="prospect"),
        lead(4, audience=""),
    ]
    market = CleanMarket(tmp_path, {"audience": "professional"})
    market.deliver(leads, "leads.csv")
    market.deliver([proof(number) for number in range(1, 5)], "proofs.csv")
    market.reconcile(SOON)
    assert [row["audience"] for row in market.rows("leads")] == ["consumer", "consumer", None, "professional"]
    assert {key: value for key, value in market.verdicts().items() if key[0] in ("L-1", "L-3")} == {
        ("L-1", "email"): "usable",
        ("L-1", "phone"): "usable",
        ("L-3", "email"): "usable",  # judged as a consumer; whom a proven consent to e-mail is of makes no difference
        ("L-3", "phone"): "on_hold",
    }


@pytest.mark.fault(
    area="objections",
    fault="The channels of a consent can't be read",
    promise="They never become more channels than were agreed to.",
)
def test_channels_are_never_widened_by_what_cannot_be_read(tmp_path: Path) -> None:
    channels = {1: "E-Mail", 2: "aucun", 3: "[]", 4: "courrier", 5: "", 6: "email|courrier", 7: "none"}
    leads = [lead(number, channels=text) for number, text in channels.items()]
    market = market_of(tmp_path, leads, [proof(number) for number in channels])
    market.reconcile(SOON)
    assert market.verdicts() == {
        ("L-1", "email"): "usable",
        ("L-4", "email"): "on_hold",
        ("L-4", "phone"): "on_hold",
        ("L-5", "email"): "usable",
        ("L-5", "phone"): "usable",
        ("L-6", "email"): "on_hold",
        ("L-6", "phone"): "on_hold",
    }
