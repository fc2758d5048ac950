"""What a vendor states by a link: kept for good, found by nobody without the link, and no evidence."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.governance.checklist import checklist
from pipelines.governance.due_diligence import DueDiligence, VendorAnswer
from pipelines.governance.vendor_review import vendor_review
from pipelines.questionnaires.links import new_link, token_digest
from pipelines.questionnaires.records import (
    QuestionnaireClosedError,
    kept_statements,
    open_questionnaire,
    questionnaires_sent,
    record_questionnaire,
    record_statements,
    revoke_questionnaire,
)
from pipelines.questionnaires.statements import (
    MOST_STATEMENTS,
    Statement,
    StatementRefusedError,
    latest_statements,
    stated_on,
    statements_given,
)
from pipelines.questionnaires.yaml_draft import OPEN, yaml_draft
from pipelines.storage.registry.database import open_registry

NOW = datetime(2026, 9, 7, 10, tzinfo=UTC)
DAY = timedelta(days=1)
DPO = Statement(question="dd_dpo", choice="yes", statement="Designated in 2021.", evidence="receipt of 3 May 2021")


@pytest.fixture
def registry(tmp_path: Path) -> Engine:
    return open_registry(f"sqlite:///{tmp_path / 'registry.db'}")


@pytest.fixture
def token(registry: Engine) -> str:
    link = new_link(14, at=NOW, random_token=secrets.token_urlsafe)
    record_questionnaire(registry, "acme", link)
    return link.token


def test_a_link_opens_what_it_is_of_until_its_last_instant(registry: Engine, token: str) -> None:
    assert open_questionnaire(registry, token, at=NOW + 14 * DAY - timedelta(seconds=1)).vendor == "acme"
    for at in (NOW + 14 * DAY, NOW - DAY):
        with pytest.raises(QuestionnaireClosedError):
            open_questionnaire(registry, token, at=at)


@pytest.mark.fault(
    area="web",
    fault="Somebody reads the registry, or guesses at links",
    promise="No link can be made of what is stored, and a wrong one opens nothing.",
)
def test_nothing_that_is_stored_opens_a_questionnaire(registry: Engine, token: str) -> None:
    with registry.connect() as connection:
        [stored] = connection.execute(text("select token_digest from questionnaires")).scalars()
    assert token not in stored
    for wrong in (stored, stored[:43], token[:-1], token + "A", token.swapcase(), "", "é" * 43):
        with pytest.raises(QuestionnaireClosedError):
            open_questionnaire(registry, wrong, at=NOW)


def test_a_revoked_link_takes_no_more_and_what_it_said_stays(registry: Engine, token: str) -> None:
    assert record_statements(registry, token, [DPO], at=NOW) == 1
    revoke_questionnaire(registry, 1, at=NOW + DAY)
    with pytest.raises(QuestionnaireClosedError):
        record_statements(registry, token, [DPO], at=NOW + DAY)
    with pytest.raises(QuestionnaireClosedError):
        revoke_questionnaire(registry, 1, at=NOW + DAY)
    [sent] = questionnaires_sent(registry, "acme")
    assert (sent.state(NOW + DAY), sent.statement_count) == ("revoked", 1)
    assert [one.question for one in kept_statements(registry, "acme")] == ["dd_dpo"]


def test_what_was_stated_before_stays_beside_what_is_stated_now(registry: Engine, token: str) -> None:
    record_statements(registry, token, [DPO], at=NOW)
    assert record_statements(registry, token, [DPO], at=NOW + DAY) == 0
    other = Statement(question="dd_dpo", choice="no")
    assert record_statements(registry, token, [other], at=NOW + 2 * DAY) == 1
    kept = kept_statements(registry, "acme")
    assert [one.choice for one in kept] == ["yes", "no"]
    assert latest_statements(kept)["dd_dpo"].choice == "no"
    assert kept_statements(registry, "acme", before=NOW) == kept[:1]
    assert kept_statements(registry, "brio") == []


@pytest.mark.parametrize("deed", ["update {} set id = 9", "delete from {}"])
@pytest.mark.parametrize("table", ["questionnaires", "questionnaire_revocations", "questionnaire_statements"])
def test_the_database_changes_and_removes_nothing(registry: Engine, token: str, table: str, deed: str) -> None:
    record_statements(registry, token, [DPO], at=NOW)
    revoke_questionnaire(registry, 1, at=NOW)
    with registry.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(deed.format(table)))


def test_a_link_that_says_too_much_is_stopped(registry: Engine, token: str) -> None:
    said = [Statement(question="dd_dpo", choice="no", statement=str(number)) for number in range(MOST_STATEMENTS)]
    assert record_statements(registry, token, said, at=NOW) == MOST_STATEMENTS
    with pytest.raises(StatementRefusedError) as refused:
        record_statements(registry, token, [DPO], at=NOW)
    assert refused.value.kind == "full"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"dd_dpo": "perhaps"}, "choice"),
        ({"dd_dpo.statement": "words without a choice"}, "choice"),
        ({"dd_dpo": "yes", "dd_dpo.statement": "x" * 1001}, "length"),
        ({"dd_dpo": "yes", "dd_dpo.evidence": "ask jean.dupont@example.org"}, "person"),
        ({"dd_dpo": "yes", "dd_dpo.statement": "call 06 12 34 56 78"}, "person"),
    ],
)
def test_what_may_not_be_kept_is_refused_without_repeating_it(fields: dict[str, str], kind: str) -> None:
    with pytest.raises(StatementRefusedError) as refused:
        statements_given(fields)
    assert (refused.value.kind, refused.value.question) == (kind, "dd_dpo")
    assert not any(value in str(refused.value) for value in fields.values() if len(value) > 7)


def test_only_questions_that_are_asked_are_answered() -> None:
    assert statements_given({"dd_dpo": "", "dd_unknown": "yes", "dd_register": "no"}) == [
        Statement(question="dd_register", choice="no")
    ]


def test_of_what_is_stated_nothing_is_kept_that_nobody_sees_and_a_registry_refuses() -> None:
    [stated] = statements_given({"dd_dpo": "yes", "dd_dpo.statement": "Since\x00 2021.\x07", "dd_dpo.evidence": "\x7f"})
    assert (stated.statement, stated.evidence) == ("Since 2021.", "")


@settings(derandomize=True, max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from([one.id for one in checklist().questions]), st.sampled_from(["yes", "no"])))
def test_a_form_states_what_it_was_filled_with_in_the_order_of_the_questions(form: dict[str, str]) -> None:
    stated = statements_given(form)
    assert {one.question: one.choice for one in stated} == form
    order = [one.id for one in checklist().questions]
    assert [one.question for one in stated] == [name for name in order if name in form]


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_link_counts_from_a_day_to_ninety(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 90"):
        new_link(days, at=NOW, random_token=secrets.token_urlsafe)


def test_a_token_is_of_256_bits_and_each_is_another(registry: Engine) -> None:
    asked: list[int] = []

    def remembered(count: int) -> str:
        asked.append(count)
        return secrets.token_urlsafe(count)

    links = {new_link(1, at=NOW, random_token=remembered).token for _ in range(3)}
    assert (asked, len(links)) == ([32] * 3, 3)
    assert all(token_digest(one) for one in links)


def test_a_statement_is_answered_not_reviewed_until_a_person_takes_it_into_the_file(
    registry: Engine, token: str
) -> None:
    """Stated on 7 September. Taken into the file on the 8th it is an answer; one of 2025 is older, and had expired."""
    record_statements(registry, token, [DPO], at=NOW)
    stated = stated_on(kept_statements(registry, "acme"))
    assert stated == {"dd_dpo": date(2026, 9, 7)}
    kind: Callable[[DueDiligence], str | None] = lambda file: next(  # noqa: E731
        (gap.kind for gap in vendor_review(None, file, on=date(2026, 9, 10), stated=stated) if gap.item == "dd_dpo"),
        None,
    )
    assert kind(DueDiligence()) == "answered_unreviewed"
    taken = VendorAnswer(satisfies="yes", answered_on=date(2026, 9, 8), evidence="receipt")
    assert kind(DueDiligence(answers={"dd_dpo": taken})) is None
    old = VendorAnswer(satisfies="yes", answered_on=date(2020, 1, 1), evidence="receipt")
    assert kind(DueDiligence(answers={"dd_dpo": old})) == "answered_unreviewed"
    refused = VendorAnswer(satisfies="no", answered_on=date(2026, 9, 8))
    assert kind(DueDiligence(answers={"dd_dpo": refused})) == "not_satisfied"


def test_a_draft_of_the_file_is_refused_until_a_person_has_judged_it(registry: Engine, token: str) -> None:
    record_statements(registry, token, [DPO], at=NOW)
    written = yaml.safe_load(yaml_draft(kept_statements(registry, "acme"), on=date(2026, 9, 8)))
    with pytest.raises(ValueError, match="satisfies"):
        DueDiligence.model_validate(written)
    assert written["answers"]["dd_dpo"].pop("satisfies") == OPEN
    written["answers"]["dd_dpo"]["satisfies"] = "yes"
    answer = DueDiligence.model_validate(written).answers["dd_dpo"]
    assert (answer.evidence, answer.answered_on) == ("receipt of 3 May 2021", date(2026, 9, 8))
