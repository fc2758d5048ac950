"""Which proof, objection, earlier lead, row and file counts in the simulated truth, worked out by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pipelines.simulation.acceptance import Lead, accept
from pipelines.simulation.known_facts import KnownFacts
from pipelines.simulation.market_facts import (
    Bad,
    Column,
    Habits,
    Layout,
    OppositionRow,
    Row,
    Said,
    SimulatedDelivery,
    SimulatedFile,
    Vendor,
)
from pipelines.simulation.truth import truth_of
from pipelines.vocabulary import words
from tests.support.lead_facts import DELIVERED_AT, LEAD, PROOF, TERMS, findings, known_facts, sold_for, with_terms


def test_the_better_proof_counts_though_the_worse_is_later() -> None:
    worse = replace(PROOF, consent_text=None, consent_at=PROOF.consent_at + timedelta(minutes=1), row_number=2)
    assert findings(sold_for("sms"), worse, PROOF) == {"sms proof_records_agree fail"}


def test_a_consent_after_the_delivery_counts_only_when_it_is_alone() -> None:
    after = replace(PROOF, consent_at=DELIVERED_AT + timedelta(days=1))
    before = replace(PROOF, channels=("email",))
    assert findings(sold_for("sms"), before, after) == {
        "sms elec_consent_per_channel fail",
        "sms proof_records_agree fail",
    }


def test_proofs_are_sought_by_consent_then_lead_then_key() -> None:
    by_lead = replace(PROOF, consent_id="C8", lead_id="L1", channels=("email",))
    by_key = replace(PROOF, consent_id="C9")
    assert findings(sold_for("sms"), by_lead, by_key) == {"sms elec_consent_per_channel fail"}
    assert findings(sold_for("sms"), by_key) == set()
    assert findings(sold_for("sms"), PROOF, by_lead) == set()


def _objection(**changes: object) -> OppositionRow:
    day = DELIVERED_AT - timedelta(days=1)
    row = OppositionRow(Said(LEAD.email or "", LEAD.email or ""), "email", "all", day, day, "site")
    return replace(row, **changes)  # type: ignore[arg-type]


def _opposed(*rows: OppositionRow, lead: Lead = LEAD) -> set[str]:
    found = findings(lead, PROOF, registry=rows)
    return {finding.split()[0] for finding in found if "opp_vendor_redelivery" in finding}


def test_an_objection_by_email_blocks_every_channel_of_the_lead() -> None:
    assert _opposed(_objection()) == set(words.CHANNELS)
    assert _opposed(_objection(channel="sms")) == {"sms"}
    assert _opposed(_objection(), lead=replace(LEAD, audience="legal_person")) == set(words.CHANNELS)


def test_an_objection_counts_from_before_the_delivery_and_if_entered_by_the_deadline() -> None:
    assert _opposed(_objection(opposed_at=DELIVERED_AT)) == set()
    assert _opposed(_objection(opposed_at=date(2026, 8, 20))) == set(words.CHANNELS)
    assert _opposed(_objection(recorded_at=DELIVERED_AT + timedelta(hours=72))) == set(words.CHANNELS)
    assert _opposed(_objection(recorded_at=DELIVERED_AT + timedelta(hours=72, seconds=1))) == set()


def test_a_revocation_counts_if_it_came_and_was_entered_in_time() -> None:
    assert _opposed(_objection(), _objection(revoked_at=DELIVERED_AT)) == set()
    assert _opposed(_objection(), _objection(revoked_at=date(2026, 8, 19))) == set()
    assert _opposed(_objection(), _objection(revoked_at=date(2026, 8, 20))) == set(words.CHANNELS)
    late = _objection(revoked_at=DELIVERED_AT, recorded_at=DELIVERED_AT + timedelta(hours=73))
    assert _opposed(_objection(), late) == set(words.CHANNELS)


def test_an_objection_with_the_plain_address_meets_its_alias() -> None:
    lead = replace(LEAD, email="ana+jeux@mail.example", phone=None)
    assert _opposed(_objection(), lead=lead) == {"email"}
    assert _opposed(_objection(), lead=replace(lead, email="ana.b@mail.example")) == set()


def _on_day(days: int, **changes: object) -> Lead:
    shift = timedelta(days=days)
    moved = replace(LEAD, delivery_date=LEAD.delivery_date + shift, delivered_at=LEAD.delivered_at + shift)
    return replace(moved, **changes)  # type: ignore[arg-type]


def test_the_later_row_is_the_duplicate() -> None:
    again = replace(LEAD, row_number=2, lead_id="L2", phone="+33612345679")
    facts = known_facts([LEAD, again], [])
    assert (facts.is_duplicate(LEAD), facts.is_duplicate(again)) == (False, True)


def test_duplicates_are_sought_within_the_window() -> None:
    again = _on_day(7, lead_id="L2", email=None)
    assert known_facts([LEAD, again], []).is_duplicate(again)
    for days, expected in ((7, True), (6, False)):
        windowed = with_terms(again, duplicate_window=(days, "d"))
        assert known_facts([LEAD, windowed], []).is_duplicate(windowed) is expected


def test_an_earlier_date_that_arrived_later_is_no_earlier_delivery() -> None:
    late = _on_day(-1, delivered_at=DELIVERED_AT + timedelta(days=1))
    facts = known_facts([LEAD, late], [])
    assert not facts.is_duplicate(LEAD)
    assert not facts.is_duplicate(late)


def test_within_a_delivery_everybody_who_shares_a_consent_fails() -> None:
    stranger = replace(
        LEAD, row_number=2, lead_id="L2", email="bea@mail.example", phone="+33612345679", channels=("sms",)
    )
    assert "sms proof_reused_across_persons fail" in findings(stranger, PROOF, others=(LEAD,))
    assert "sms proof_reused_across_persons fail" in findings(sold_for("sms"), PROOF, others=(stranger,))


def test_of_two_deliveries_the_later_reuses_the_consent() -> None:
    stranger = _on_day(1, lead_id="L2", email="bea@mail.example", phone="+33612345679", channels=("sms",))
    assert "sms proof_reused_across_persons fail" in findings(stranger, PROOF, others=(LEAD,))
    assert findings(sold_for("sms"), PROOF, others=(stranger,)) == set()
    kin = replace(stranger, phone=LEAD.phone)
    assert "sms proof_reused_across_persons fail" not in findings(kin, PROOF, others=(LEAD,))


ROW_COLUMNS = (
    "lead_id",
    "collected_at",
    "email",
    "phone",
    "audience",
    "company_siren",
    "channels",
    "over_18",
    "postal_code",
)
ROW_TERMS = replace(
    TERMS,
    channels=("email", "phone"),
    max_lead_age=(48, "h"),
    leads=Layout("l*", "csv", {name: Column(name, is_required=name == "postal_code") for name in ROW_COLUMNS}),
)
VENDOR = Vendor("v", "V", "V", (ROW_TERMS,), (), Habits())
COLLECTED_AT = DELIVERED_AT - timedelta(hours=48)
GOOD = {
    "lead_id": "L1",
    "collected_at": COLLECTED_AT,
    "email": Said(" A@B.example", "a@b.example"),
    "postal_code": "75001",
    "over_18": True,
}


def _delivery(*files: SimulatedFile, on: date = LEAD.delivery_date) -> SimulatedDelivery:
    return SimulatedDelivery(VENDOR, on, ROW_TERMS, list(files))


def _file(*rows: dict[str, object], name: str = "l1", **changes: object) -> SimulatedFile:
    made = [Row(dict(row)) for row in rows]  # type: ignore[arg-type]
    return replace(SimulatedFile(name, "leads", made, DELIVERED_AT), **changes)  # type: ignore[arg-type]


def _truth(*deliveries: SimulatedDelivery) -> Iterator[tuple[object, ...]]:
    accepted = accept(deliveries)
    facts = KnownFacts(accepted, {})
    for row in truth_of("v", accepted, lambda lead: (), facts.is_duplicate, lambda lead: ()):
        yield (row.lead_id, row.rule_id) if row.rule_id else (row.file_name, row.row_number, row.reason)


def test_a_good_row_is_accepted_without_a_word() -> None:
    assert list(_truth(_delivery(_file(GOOD)))) == []


def test_a_row_is_refused_with_all_its_reasons() -> None:
    bad = {"lead_id": "L1", "collected_at": Bad("hier"), "phone": Bad("0612"), "postal_code": "75001"}
    assert list(_truth(_delivery(_file(GOOD, bad)))) == [
        ("l1", 2, "lead_id_repeated"),
        ("l1", 2, "no_valid_identifier"),
        ("l1", 2, "required_invalid"),
    ]


def test_of_equal_references_the_first_stays_whatever_became_of_it() -> None:
    unreadable = {"lead_id": "L1", "email": GOOD["email"], "postal_code": "75001"}
    second = _file(GOOD, name="l2")
    assert list(_truth(_delivery(second, _file(unreadable)))) == [
        ("l1", 1, "required_missing"),
        ("l2", 1, "lead_id_repeated"),
    ]


def test_a_line_that_is_no_row_takes_no_part() -> None:
    broken = _file(GOOD, GOOD)
    broken.rows[0].is_malformed = True
    assert list(_truth(_delivery(broken))) == [("l1", 1, "row_malformed")]


def test_refused_and_repeated_files_are_not_read() -> None:
    first = _file(GOOD)
    refused = _file(GOOD, name="l0", flaw="file_undecodable")
    again = _delivery(_file(name="l1", repeats=first), on=LEAD.delivery_date + timedelta(days=1))
    assert list(_truth(_delivery(first, refused), again)) == [("l0", None, "file_undecodable")]


def test_optional_values_that_are_bad_or_asked_for_and_missing_are_one_finding_a_lead() -> None:
    bad = GOOD | {"over_18": Bad("?"), "phone": Bad("x"), "audience": Bad("x")}
    assert list(_truth(_delivery(_file(bad)))) == [
        ("L1", "audience_not_contracted"),
        ("L1", "consent_minor_check"),
        ("L1", "field_invalid"),
    ]
    missing = {name: value for name, value in GOOD.items() if name != "postal_code"}
    assert list(_truth(_delivery(_file(missing)))) == [("L1", "field_invalid")]


def test_age_and_channels_are_judged_by_the_contract() -> None:
    old = GOOD | {"collected_at": COLLECTED_AT - timedelta(seconds=1), "channels": ("email", "sms")}
    assert list(_truth(_delivery(_file(old)))) == [("L1", "lead_too_old_at_delivery"), ("L1", "channel_not_contracted")]


def test_a_professional_under_a_contract_for_consumers_is_judged_as_one() -> None:
    rows = (
        GOOD | {"audience": "professional"},
        GOOD | {"lead_id": "L2", "audience": "professional", "company_siren": "1"},
    )
    accepted = accept([_delivery(_file(*rows))])
    assert [lead.audience for lead in accepted.leads] == ["consumer", "consumer"]
    assert [lead.said_audience for lead in accepted.leads] == ["professional", "professional"]


def test_a_column_beside_the_contract_is_one_finding_a_delivery() -> None:
    pair = (_file(GOOD), _file(GOOD | {"lead_id": "L2", "email": Said("c@b.example", "c@b.example")}, name="l2"))
    for file in pair:
        file.rows[0].undeclared = {"revenu": "3"}
    assert list(_truth(_delivery(*pair))) == [(None, "min_only_contract_fields")]


def test_the_delivery_is_complete_with_its_last_lead_file_repeats_apart() -> None:
    later = DELIVERED_AT + timedelta(hours=1)
    proofs = SimulatedFile("p1", "consent_proofs", [], later + timedelta(hours=3))
    repeat = _file(name="l3", repeats=_file(GOOD), received_at=later + timedelta(hours=2))
    accepted = accept([_delivery(_file(GOOD), _file(name="l2", received_at=later), repeat, proofs)])
    assert [lead.delivered_at for lead in accepted.leads] == [later]


# the cut-off of these tests is 22:00 in Paris: 20:00 UTC
CUT_OFF = datetime(2026, 8, 20, 20, tzinfo=UTC)


def _clocks(*files: SimulatedFile) -> list[datetime]:
    """When the lead of each file counts as delivered, in order of the files' names."""
    for number, file in enumerate(files, start=1):
        file.name = f"l{number}"
        file.rows = [Row(GOOD | {"lead_id": f"L{number}"})]
    return [lead.delivered_at for lead in accept([_delivery(*files)]).leads]


def _came(at: datetime, **changes: object) -> SimulatedFile:
    return _file(received_at=at, **changes)


def test_a_file_after_the_cut_off_has_a_clock_of_its_own_and_moves_no_other() -> None:
    late = CUT_OFF + timedelta(seconds=1)
    assert _clocks(_came(late), _came(DELIVERED_AT), _came(CUT_OFF)) == [late, CUT_OFF, CUT_OFF]
    next_day = CUT_OFF + timedelta(days=1)
    assert _clocks(_came(next_day), _came(late)) == [next_day, late]


def test_an_arrival_that_nobody_noted_is_the_cut_off_and_moves_no_other() -> None:
    assert _clocks(_came(CUT_OFF, is_recorded=False), _came(DELIVERED_AT)) == [CUT_OFF, DELIVERED_AT]
    assert _clocks(_came(CUT_OFF, is_recorded=False), _came(CUT_OFF, is_recorded=False)) == [CUT_OFF, CUT_OFF]
    late = CUT_OFF + timedelta(hours=9)
    assert _clocks(_came(CUT_OFF, is_recorded=False), _came(late)) == [CUT_OFF, late]


def test_a_refused_file_does_not_move_the_clock() -> None:
    assert _clocks(_came(DELIVERED_AT), _came(CUT_OFF, flaw="file_undecodable")) == [DELIVERED_AT]


def test_within_a_folder_the_later_clock_is_the_duplicate() -> None:
    late = replace(LEAD, lead_id="L2", file_name="l0", delivered_at=DELIVERED_AT + timedelta(hours=9))
    facts = known_facts([LEAD, late], [])
    assert (facts.is_duplicate(LEAD), facts.is_duplicate(late)) == (False, True)


def test_within_a_folder_the_later_clock_reuses_the_consent() -> None:
    late = replace(
        LEAD, lead_id="L2", email="bea@mail.example", phone="+33612345679", channels=("sms",),
        delivered_at=DELIVERED_AT + timedelta(hours=9),
    )  # fmt: skip
    assert "sms proof_reused_across_persons fail" in findings(late, PROOF, others=(LEAD,))
    assert findings(sold_for("sms"), PROOF, others=(late,)) == set()


def test_the_proof_deadline_follows_the_leads_own_clock() -> None:
    came_at = DELIVERED_AT + timedelta(hours=80)
    late = sold_for("sms", delivered_at=DELIVERED_AT + timedelta(hours=9))
    assert findings(late, replace(PROOF, received_at=came_at)) == set()
    assert findings(sold_for("sms"), replace(PROOF, received_at=came_at)) == {"sms proof_individual_record fail"}
