"""What the law asks stands beside what sees to it, both ways: no rule without a duty, no duty without an answer."""

from itertools import chain

from pipelines.handbook.coverage import coverage
from pipelines.rulebook.catalogue import load_catalogue
from tests.support.paths import ROOT


def test_every_rule_stands_under_a_duty_and_every_rule_named_is_one() -> None:
    named = {rule for duty in chain.from_iterable(coverage().values()) for rule in duty.rules}
    assert named == set(load_catalogue().by_id)


def test_every_duty_is_told_once_with_its_text_and_who_sees_to_it() -> None:
    duties = list(chain.from_iterable(coverage().values()))
    assert [one.duty for one in duties if not (one.basis and (one.rules or one.feature or one.left))] == []
    assert len({one.duty for one in duties}) == len(duties)


def test_the_page_has_every_group_and_every_duty() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    sections = [part.count("\n| ") - 2 for part in page.split("\n## ")[1:]]
    assert sections == [len(duties) for duties in coverage().values()]
