"""Answers from what was judged once are those of judging at each question; and what changes opens them anew."""

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from time import monotonic, sleep

import pyarrow as pa
import pytest
import sqlalchemy as sa

from pipelines.candidates.decisions import REFUSED, DecisionNote, note_decision
from pipelines.house import House
from pipelines.identifiers.errors_without_values import IntakeFaultError
from pipelines.oppositions.events import OppositionEvent
from pipelines.oppositions.snapshot import REGISTRY_WRITER
from pipelines.storage.registry.tables import CONTACT_ANSWERS
from pipelines.usable.answers import answers, asked_about
from pipelines.usable.asked_lines import batches_of_lines
from pipelines.usable.heard import Heard
from pipelines.usable.held_persons import key_links
from pipelines.usable.judged_aside import JudgedAside, JudgingWanted
from pipelines.usable.kept_open import KeptOpen
from pipelines.usable.key_index import key_index
from pipelines.usable.open_answers import LASTS, OpenAnswers, open_answers
from pipelines.usable.signs import quick_signs, signs_of_vendor
from pipelines.usable.today import look
from pipelines.usable.watch import LOOK_SECONDS
from pipelines.vocabulary.clock import as_lake, paris_date, paris_instant
from pipelines.vocabulary.tables import INTAKE_TABLES
from tests.support.clean_market import VENDOR
from tests.support.houses import import_oppositions
from tests.support.usable_market import OTHER, oppose, write_usable_market

NOW = datetime.now(UTC).replace(microsecond=0)
NEXT_MIDNIGHT = paris_instant(paris_date(NOW) + timedelta(days=1), time(0))
NOVEMBER = datetime(2026, 11, 15, tzinfo=UTC)
NUMBERS = [f"06 12 00 00 0{number}" for number in range(1, 9)] + ["+33699999999", "Ada", ""]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return write_usable_market(tmp_path_factory.mktemp("home"), NOW)


@pytest.fixture(scope="module")
def judged(house: House) -> OpenAnswers:
    """Judged once: what is heard or changes makes another of it."""
    return open_answers(house, "phone", NOW)


def test_answers_are_those_of_judging_at_each_question(house: House) -> None:
    for channel, texts in (("phone", NUMBERS), ("email", [f"Personne{number}@mail.example" for number in range(1, 8)])):
        opened = open_answers(house, channel, NOW)
        said = opened.answers(texts, NOW)
        assert said == answers(look(house, NOW), texts, channel)
        assert {"yes", "no", "unknown"} <= {answer.said for answer in said}
        assert [opened.answers([text], NOW)[0] for text in texts] == said


def test_the_command_answers_line_by_line_and_logs_each(house: House) -> None:
    """A dialler asks, waits for the answer, and asks again; nothing but JSON comes back."""
    environment = {**os.environ, "OPPOSABLE_HOME": str(house.settings.home)}
    command = [sys.executable, "-m", "pipelines.cli", "may-call", "--stream"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        said = []
        for number in ("0612000001", "06 12 00 00 04", "0645454545", "Ada"):
            asked.stdin.write(number + "\n")
            asked.stdin.flush()
            said.append(asked.stdout.readline())
        asked.stdin.close()
        assert (asked.stdout.read(), asked.wait()) == ("", 0)
    assert [json.loads(line)["answer"] for line in said] == ["yes", "no", "unknown", "unreadable"]
    assert json.loads(said[1])["is_opposed"] is True
    assert json.loads(said[0])["until"] > NOW.isoformat()
    with house.registry.connect() as connection:
        noted = connection.scalars(sa.select(CONTACT_ANSWERS.c.answer).order_by(CONTACT_ANSWERS.c.id)).all()
    assert noted == ["yes", "no", "unknown"]


def test_lines_are_read_as_they_come_whatever_pieces_they_come_in() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"0612\n\n06 13")
    quiet: list[str] = []
    lines = batches_of_lines(reading, lambda: quiet.append("quiet"))
    assert next(lines) == ["0612", ""]
    assert quiet == []
    os.write(writing, b" 00\xff\r\nlast")
    os.close(writing)
    assert list(lines) == [["06 13 00\N{REPLACEMENT CHARACTER}"], ["last"]]
    os.close(reading)


def test_a_key_is_found_wherever_it_stands_and_no_other() -> None:
    chance = Random(5)
    keys = [f"{chance.getrandbits(128):032x}" for _ in range(300)]
    keys += [keys[0], keys[1][:16] + "0" * 16]  # the same, and one that begins alike
    column = pa.chunked_array([pa.array([*keys[:100], None]), pa.array(keys[100:])])
    rows = column.to_pylist()
    index = key_index(column)
    for key in (*keys, f"{0:032x}", "f" * 32):
        assert index.rows_of([key]) == [row for row, held in enumerate(rows) if held == key]
    assert index.rows_of([]) == key_index(pa.chunked_array([], pa.string())).rows_of(keys) == []


def test_what_is_heard_settles_an_objection_and_leaves_the_rest_to_be_judged() -> None:
    """One said, one hashed by others, one said and taken back, one dated ahead; and one against e-mails alone."""
    early, late = datetime(2026, 11, 1, 8), datetime(2026, 12, 1, 8)
    said = [f"{number:032x}" for number in range(1, 7)]
    events = [
        OppositionEvent(7, said[0], said[5], "email", "all", early, early, None),
        OppositionEvent(8, said[1], None, "phone_sha256", "phone", early, early, None),
        OppositionEvent(9, said[2], None, "phone", "phone", early, early, None),
        OppositionEvent(10, said[2], None, "phone", "phone", early, early, early),
        OppositionEvent(11, said[3], None, "phone", "phone", late, early, None),
        OppositionEvent(12, said[4], None, "phone", "email", early, early, None),
    ]
    heard = Heard(6).with_events(events[:3], "phone", NOVEMBER).with_events(events[3:], "phone", NOVEMBER)
    assert heard.event_id == 12
    assert heard.objected == {said[0], said[5], said[1], said[2]}
    assert heard.objected_in_hash == {said[1]}
    assert heard.unsettled == {said[2], said[3]}
    assert heard.heads == {int(key[:16], 16) for key in (*said[:4], said[5])}


def test_who_objected_by_a_clock_that_is_ahead_is_no_yes_whichever_identifier_is_asked(
    house: House, judged: OpenAnswers
) -> None:
    """Recorded five minutes from now: who said so is a no, and who bears that address too, until our clock is there."""
    (number,) = asked_about(NUMBERS[:1], "phone", house.hasher).keys
    (address,) = asked_about(["personne2@mail.example"], "email", house.hasher).keys
    said, recorded = NOW - timedelta(days=1), NOW + timedelta(minutes=5)
    events = [
        OppositionEvent(place, key, None, kind, "all", as_lake(said), as_lake(recorded), None)
        for place, (key, kind) in enumerate(((str(number), "phone"), (str(address), "email")), start=1_000)
    ]
    found = judged.copied(heard=judged.heard.with_events(events, "phone", NOW)).answers(NUMBERS[:2], NOW)
    assert [(one.said, one.is_opposed, one.is_being_judged) for one in found] == [
        ("no", True, False),
        ("no", False, True),
    ]


def test_another_registry_is_seen_while_something_is_published_all_the_time(house: House, judged: OpenAnswers) -> None:
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged)) as kept:
        kept.keep()
        kept._opened = kept._opened.copied(watermark=replace(judged.watermark, anchor="another"))
        until = monotonic() + 1.5 * LOOK_SECONDS
        while monotonic() < until:
            house.lake.stamp(VENDOR).touch()
            opened, _, _ = kept.answers(NUMBERS[:1])
    assert opened.is_closed


def test_a_line_whose_leads_are_to_be_judged_waits_for_nobody_who_reads_the_registry(
    house: House, judged: OpenAnswers
) -> None:
    (key,) = asked_about(NUMBERS[:1], "phone", house.hasher).keys
    doubtful = judged.copied(heard=judged.heard.with_unsettled([str(key)]))
    with house.lake.writing(REGISTRY_WRITER):
        (found,) = doubtful.answers(NUMBERS[:1], NOW)
    assert (found.said, found.is_being_judged) == ("no", True)
    assert not doubtful.answers(NUMBERS[:1], NOW)[0].is_being_judged


def test_where_the_clock_was_set_back_everything_is_judged_anew(house: House, judged: OpenAnswers) -> None:
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged)) as kept:
        kept._looked_until = datetime.now(UTC) + timedelta(hours=1)
        assert "yes" not in {answer.said for answer in kept.answers(NUMBERS)[2]}


def test_keys_that_stand_beside_one_are_found_by_it_and_by_no_other() -> None:
    keys = [f"{number:032x}" for number in (5 << 64, 6 << 64, 7 << 64, 8 << 64)]
    links = key_links(pa.table({"own_key": [keys[0], keys[1], keys[0]], "linked_key": [keys[2], keys[3], keys[3]]}))
    assert [links.of(key) for key in keys] == [[7, 8], [8], [], []]


def test_they_hold_for_an_hour_and_the_next_answer_hears_who_objected(house: House, judged: OpenAnswers) -> None:
    """By e-mail, of a person who is then called: the lead bears both. Nobody else is judged anew."""
    end = min(NOW + LASTS, NEXT_MIDNIGHT)
    assert judged.holds_at(end - timedelta(seconds=1))
    assert [judged.holds_at(at) for at in (end, NOW - timedelta(seconds=1))] == [False, False]
    kept = KeptOpen(lambda: House(house.settings), "phone", judged)
    first, _, before = kept.answers(NUMBERS)
    oppose(house, house.settings.home, "personne1@mail.example,email,all", NOW - timedelta(seconds=1))
    second, at, after = kept.answers(NUMBERS)
    assert second.held is first.held
    assert (before[0].said, after[0].said) == ("yes", "no")
    assert (after[0].rules, after[0].is_opposed) == (("opp_vendor_redelivery",), False)
    assert [one.said for one in after[1:]] == [one.said for one in before[1:]]
    assert [one.said for one in after] == [one.said for one in answers(look(house, at), NUMBERS, "phone")]


def test_who_objects_while_everything_is_judged_is_judged_once_more_and_nobody_else(house: House) -> None:
    """Recorded after the instant that is judged at, and read all the same: what was judged holds on."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=2)
    before = open_answers(house, "phone", at).answers(NUMBERS, at)
    oppose(house, house.settings.home, "+33612000008,phone,phone", at + timedelta(seconds=1))
    oppose(house, house.settings.home, "personne7@mail.example,email,email", at + timedelta(seconds=1))
    opened = open_answers(house, "phone", at)
    assert opened.holds_until == min(at + LASTS, paris_instant(paris_date(at) + timedelta(days=1), time(0)))
    now = datetime.now(UTC)
    assert len(opened.heard.unsettled) == 1
    after = opened.answers(NUMBERS, now)
    assert after == answers(look(house, now), NUMBERS, "phone")
    changed = [number for number, one, other in zip(NUMBERS, before, after, strict=True) if one.said != other.said]
    assert changed == ["06 12 00 00 08"]


def test_an_objection_alone_decides_a_no_and_its_revocation_is_judged(house: House, judged: OpenAnswers) -> None:
    kept = KeptOpen(lambda: House(house.settings), "phone", judged)
    first, _, (before,) = kept.answers(NUMBERS[1:2])
    said = f"{NOW - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    home = house.settings.home
    oppose(house, home, "+33612000002,phone,email", NOW - timedelta(seconds=1))  # not to calls
    assert kept.answers(NUMBERS[1:2])[2][0].said == "yes"
    oppose(house, home, "+33612000002,phone,phone", NOW - timedelta(seconds=1))
    second, _, (after,) = kept.answers(NUMBERS[1:2])
    assert (before.said, after.said, after.is_opposed) == ("yes", "no", True)
    header = "identifier,kind,channel,opposed_at,recorded_at,origin,revoked_at"
    (home / "back.csv").write_text(f"{header}\n+33612000002,phone,phone,{said},{said},web,{said}\n")
    import_oppositions([home / "back.csv"], house)
    third, _, (revoked,) = kept.answers(NUMBERS[1:2])
    assert third.held is second.held is first.held
    assert (revoked.said, revoked.is_opposed) == ("yes", False)


def test_a_vendor_of_whom_something_is_published_is_a_no_until_it_was_judged_anew_beside_the_answers(
    house: House, judged: OpenAnswers
) -> None:
    """Also where the writer began, and was answered meanwhile, before it published; the other vendor answers on."""
    lake = house.lake
    (day,) = lake.published_days(VENDOR)
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged)) as kept:
        with lake.writing(VENDOR):
            lake.aside(VENDOR).mkdir(parents=True)
            first, _, before = kept.answers(NUMBERS)
            tables = {table: lake.read(table, VENDOR, [day]) for table in INTAKE_TABLES}
            lake.publish(VENDOR, day, tables, facts=lake.facts(VENDOR, day, "deliveries"))
            second, _, _ = kept.answers(NUMBERS)
        assert (second.stale, second.held) == ({VENDOR}, first.held)
        kept.settle()
        third, _, after = kept.answers(NUMBERS)
    assert (third.stale, list(third.held)) == (frozenset(), list(first.held))
    assert third.held[OTHER] is first.held[OTHER]
    assert third.held[VENDOR] is not first.held[VENDOR]
    assert [one.said for one in after] == [one.said for one in before]


def test_a_lead_of_two_vendors_is_a_yes_by_the_one_that_did_not_change(judged: OpenAnswers) -> None:
    before = judged.answers(NUMBERS, NOW)
    by_one = judged.copied(stale=frozenset((VENDOR,))).answers(NUMBERS, NOW)
    by_none = judged.copied(stale=frozenset((VENDOR, OTHER))).answers(NUMBERS, NOW)
    yes = [place for place, answer in enumerate(before) if answer.said == "yes"]
    assert len(yes) == 2
    assert [by_one[place].said for place in yes] == ["yes", "yes"]  # both vendors sold them
    assert [(by_none[place].said, by_none[place].is_being_judged) for place in yes] == [("no", True)] * 2
    assert judged.copied(is_closed=True).answers(NUMBERS, NOW) == by_none
    others = [place for place in range(len(NUMBERS)) if place not in yes]
    assert [by_none[place].said for place in others] == [before[place].said for place in others]


def test_a_contract_makes_its_vendor_stale_and_a_rule_everything_at_the_next_look(
    house: House, judged: OpenAnswers
) -> None:
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged)) as kept:
        kept.answers(NUMBERS)
        next((house.settings.contracts / VENDOR).rglob("*.yaml")).touch()
        sleep(LOOK_SECONDS)
        opened, _, _ = kept.answers(NUMBERS)
        assert (opened.stale, opened.is_closed) == ({VENDOR}, False)
        house.settings.rules.mkdir(exist_ok=True)
        note = house.settings.rules / "note.txt"
        note.write_text("nothing")
        sleep(LOOK_SECONDS)
        opened, _, found = kept.answers(NUMBERS)
        note.unlink()
    assert opened.is_closed
    assert "yes" not in {answer.said for answer in found}


def test_what_ends_is_judged_ahead_and_both_hear_who_objected_meanwhile(house: House, judged: OpenAnswers) -> None:
    """The set in use ends in ten minutes; the next one is of that instant, and waits for it."""
    end = datetime.now(UTC) + timedelta(minutes=10)
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged.copied(holds_until=end))) as kept:
        kept.keep()
        oppose(house, house.settings.home, "+33612000002,phone,phone", NOW - timedelta(seconds=2))
        kept.settle()
        first, _, (heard,) = kept.answers(NUMBERS[1:2])
        ahead = kept._next
        assert ahead is not None
        assert (first.at, ahead.at) == (NOW, end)
        after = ahead.with_heard(first.heard.event_id, end)
        assert after is not None
        assert (heard.is_opposed, after.answers(NUMBERS[1:2], end)[0].is_opposed) == (True, True)
        kept._opened = kept._opened.copied(holds_until=NOW)  # ended, and its successor has not begun
        assert kept.answers(NUMBERS[:1])[0].is_closed


def test_a_vendor_that_changes_is_judged_once_more_for_the_next_hour_and_the_others_are_kept(
    house: House, judged: OpenAnswers
) -> None:
    end = datetime.now(UTC) + timedelta(minutes=9)
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged.copied(holds_until=end))) as kept:
        kept._next = judged.copied(at=end, holds_until=end + LASTS)
        next((house.settings.contracts / VENDOR).rglob("*.yaml")).touch()
        kept.keep()
        assert (kept._opened.stale, kept._next.stale) == ({VENDOR}, {VENDOR})
        kept.settle()
        assert (kept._opened.stale, kept._next.stale) == (frozenset(), frozenset())
        assert kept._next.held[OTHER] is judged.held[OTHER]
        assert kept._next.held[VENDOR] is not judged.held[VENDOR]


def test_the_next_hour_is_judged_before_what_is_stale_once_there_is_just_time_for_it(
    house: House, judged: OpenAnswers
) -> None:
    now = datetime.now(UTC)
    stale = judged.copied(holds_until=now + timedelta(minutes=9), stale=frozenset((VENDOR,)))
    kept = KeptOpen(lambda: House(house.settings), "phone", stale)
    in_time = kept._wanted(now)
    kept._took = timedelta(minutes=5)
    assert in_time == JudgingWanted("phone", now, frozenset((VENDOR,)))
    assert kept._wanted(now) == JudgingWanted("phone", now + timedelta(minutes=9))


def test_what_is_judged_aside_and_ends_without_a_result_says_so(house: House) -> None:
    aside = JudgedAside(house.settings, JudgingWanted("phone", NOW), 600)
    aside._process.kill()
    with pytest.raises(IntakeFaultError, match="no result"):
        aside.result()


def test_what_is_judged_aside_and_takes_too_long_is_ended_and_says_so(house: House) -> None:
    aside = JudgedAside(house.settings, JudgingWanted("phone", NOW), 0.01)
    sleep(0.01)
    assert aside.is_done
    with pytest.raises(IntakeFaultError, match="ended after 0 seconds"):
        aside.result()
    assert aside._process.returncode is not None


def test_in_a_lake_without_stamps_all_vendors_are_looked_at_once_a_writer_begins(house: House) -> None:
    lake = house.lake
    stamps = {vendor: lake.stamp(vendor).read_bytes() for vendor in (VENDOR, OTHER)}
    for vendor in stamps:
        lake.stamp(vendor).unlink()
    before = quick_signs(house, stamps)
    with lake.writing(VENDOR):
        lake.aside(VENDOR).mkdir(parents=True)
        now = quick_signs(house, stamps)
    assert [before[vendor] == now[vendor] for vendor in stamps] == [False, False]


def test_a_file_that_is_swapped_while_it_is_looked_at_ends_no_stream(house: House) -> None:
    """A name that is listed and leads nowhere, as it does while a day of the vault changes places."""
    gone = house.settings.vault / f"vendor={VENDOR}" / "delivery_date=2026-01-01"
    before = signs_of_vendor(house, VENDOR)
    gone.symlink_to(gone.with_name("elsewhere"))
    try:
        assert signs_of_vendor(house, VENDOR) == before
    finally:
        gone.unlink()


def test_they_end_at_midnight_in_paris_when_what_is_held_may_end(house: House) -> None:
    assert open_answers(house, "phone", NEXT_MIDNIGHT - timedelta(minutes=10)).holds_until == NEXT_MIDNIGHT


def test_who_was_recorded_by_a_clock_that_is_ahead_before_everything_is_judged_is_no_yes(house: House) -> None:
    header = "identifier,kind,channel,opposed_at,recorded_at,origin"
    said, ahead = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (NOW - timedelta(days=1), NOW + 2 * LASTS))
    (house.settings.home / "ahead.csv").write_text(f"{header}\n+33644444444,phone,phone,{said},{ahead},web\n")
    import_oppositions([house.settings.home / "ahead.csv"], house)
    (found,) = open_answers(house, "phone", NOW).answers(["0644444444"], NOW)
    assert (found.said, found.is_being_judged) == ("no", True)


def test_a_vendor_that_is_refused_is_refused_in_the_next_answer(house: House, judged: OpenAnswers) -> None:
    with closing(KeptOpen(lambda: House(house.settings), "phone", judged)) as kept:
        note_decision(house.registry, DecisionNote(VENDOR, REFUSED, NOW, "achats", "pilote insuffisant"))
        assert kept.answers(NUMBERS[:1])[0].stale == {VENDOR}
        note_decision(house.registry, DecisionNote(OTHER, REFUSED, NOW, "achats", "pilote insuffisant"))
        opened, at, found = kept.answers(NUMBERS)
    assert opened.stale == {VENDOR, OTHER}
    assert "yes" not in {answer.said for answer in found}
    (anew,) = answers(look(house, at), NUMBERS[:1], "phone")
    assert "vendor_gone_live" in anew.rules
