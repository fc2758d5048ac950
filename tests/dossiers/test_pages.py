"""What the pages say, in which words, and that nothing delivered can break out of them."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from string import Formatter

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dossiers import charts, pages
from pipelines.dossiers.conclusions import (
    SITUATIONS,
    by_gravity,
    by_urgency,
    claimable,
    decisions_due,
    missing_for_decision,
    notice_by,
    renewals_near,
    situation,
    worth_listing,
)
from pipelines.dossiers.findings_csv import BYTE_ORDER_MARK, write_findings_csv
from pipelines.dossiers.model import (
    DeliveryLine,
    Interval,
    LeadReference,
    LegalBasis,
    Portfolio,
    PortfolioLine,
    PublishedPoint,
    RuleFindings,
    ScoreMove,
    ScoreMovePart,
    ShownScore,
    VendorDossier,
)
from pipelines.dossiers.pages import render_dossier, render_portfolio
from pipelines.governance.vendor_review import ReviewGap
from pipelines.reviews.conclusion import Conclusion
from pipelines.reviews.decision_table import RECOMMENDATIONS
from pipelines.reviews.decisions import RecordedDecision
from pipelines.reviews.own_findings import OwnFinding
from pipelines.scores.standings import STATES
from pipelines.verdicts.claims import ClaimGround
from pipelines.vocabulary import words as vocabulary
from pipelines.vocabulary.bilingual import Bilingual
from pipelines.vocabulary.tables import arrow_schema
from pipelines.wording.words import LANGUAGES, TRANSLATIONS, words
from tests.support.report_models import (
    AS_OF,
    LONG_NAME,
    calm_vendor,
    contract,
    deliveries,
    empty_vendor,
    findings,
    forms,
    history,
    portfolio,
    rich_vendor,
    scores,
)

NO_BREAK, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"
FR, EN = words("fr"), words("en")


# Words


def leaves(content: object, path: str = "") -> dict[str, object]:
    if not isinstance(content, dict):
        return {path: content}
    return {key: leaf for name, inner in content.items() for key, leaf in leaves(inner, f"{path}.{name}").items()}


def test_both_languages_have_the_same_sentences_with_the_same_figures() -> None:
    french, english = (leaves(yaml.safe_load((TRANSLATIONS / f"{name}.yaml").read_text("utf-8"))) for name in LANGUAGES)
    assert french.keys() == english.keys()
    for key, sentence in french.items():
        if isinstance(sentence, str):
            assert figures(sentence) == figures(str(english[key])), key


def figures(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_vocabularies_has_a_translation(language: str) -> None:
    said = words(language)
    vocabularies = {
        "dimension": (*vocabulary.DIMENSIONS, "total"),
        "dimension_short": vocabulary.RATED_DIMENSIONS,
        "severity": vocabulary.SEVERITIES,
        "party": vocabulary.PARTIES,
        "findings.waiting": vocabulary.PARTIES,
        "channel": vocabulary.CHANNELS,
        "audience": vocabulary.AUDIENCES,
        "verdict": vocabulary.VERDICTS,
        "status": vocabulary.STATUSES,
        "reject": vocabulary.REJECT_REASONS,
        "state": (*STATES, "none"),
        "state_meaning": (*STATES, "none"),
        "recommendation.verdict": RECOMMENDATIONS,
        "recommendation.short": RECOMMENDATIONS,
        "instrument": ("contract", "order_form", "quote"),
    }
    needed = [f"{prefix}.{name}" for prefix, names in vocabularies.items() for name in names]
    assert [key for key in needed if not said.has(key)] == []


def test_numbers_are_grouped_as_each_language_does() -> None:
    assert FR.number(1234567.5, 1) == f"1{NARROW}234{NARROW}567,5"
    assert EN.number(1234567.5, 1) == "1,234,567.5"
    assert FR.number(-3) == f"{MINUS}3"
    assert EN.number(-0.4) == "0"


def test_money_stands_where_each_language_puts_it() -> None:
    assert FR.money(Decimal("4128"), "EUR") == f"4{NARROW}128,00{NO_BREAK}€"
    assert EN.money(Decimal("4128"), "EUR") == "€4,128.00"
    assert EN.money(Decimal("0.5"), "CHF") == f"CHF{NO_BREAK}0.50"
    assert FR.money(12.345, "CHF") == f"12,34{NO_BREAK}CHF"


def test_a_small_rate_is_never_shown_as_zero() -> None:
    assert FR.percent(0.0083) == f"0,83{NO_BREAK}%"
    assert EN.percent(0.1234) == "12.3%"
    assert EN.percent(0.09999) == "10.0%"
    assert EN.percent(0.00001) == f"<{NO_BREAK}0.01%"
    assert EN.percent(0) == "0.00%"
    assert FR.percents(0.0045, 0.0117) == f"0,45–1,17{NO_BREAK}%"


def test_dates_and_instants_are_those_of_paris() -> None:
    assert FR.day(date(2027, 1, 1)) == f"1er{NO_BREAK}janvier{NO_BREAK}2027"
    assert EN.short_day(date(2026, 9, 14)) == f"14{NO_BREAK}Sep{NO_BREAK}2026"
    assert EN.instant(AS_OF) == f"21{NO_BREAK}November{NO_BREAK}2026, 06:00"


def test_durations_are_said_as_contracts_say_them() -> None:
    assert EN.duration(timedelta(hours=72)) == "72 hours"
    assert EN.duration(timedelta(days=30)) == "30 days"
    assert FR.duration(timedelta(hours=1)) == "1 heure"
    assert FR.duration(timedelta(0)) == "0 jour"


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        (None, "every day"),
        ("0 0 * * *", "every day"),
        ("0 0 * * 1-5", "Monday to Friday"),
        ("0 0 * * 1,3", "Monday and Wednesday"),
        ("0 0 * * 0,6", "Saturday and Sunday"),
        ("0 0 1 * *", "0 0 1 * *"),
        ("0 0 * * MON", "0 0 * * MON"),
    ],
)
def test_a_calendar_is_read_as_days_of_the_week(cron: str | None, expected: str) -> None:
    assert EN.calendar(cron) == expected


def test_zero_is_singular_in_french_and_plural_in_english() -> None:
    assert FR("count.leads", n=0) == "0 lead"
    assert EN("count.leads", n=0) == "0 leads"
    assert EN("count.leads", n=1) == "1 lead"
    assert FR("count.leads", n=2000) == f"2{NARROW}000 leads"


def test_french_punctuation_keeps_its_spaces() -> None:
    sentence = Bilingual("Qui l'a dit ? « Lui » : 10 % ; ou 5 € !", "Who's it?")
    expected = (
        f"Qui l’a dit{NARROW}? «{NO_BREAK}Lui{NO_BREAK}»{NO_BREAK}: 10{NO_BREAK}%{NARROW}; ou 5{NO_BREAK}€{NARROW}!"
    )
    assert FR.say(sentence) == expected
    assert EN.say(sentence) == "Who’s it?"


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="fr, en"):
        render_dossier(empty_vendor(), language="de")


# The model


def test_contributions_must_sum_to_the_change() -> None:
    with pytest.raises(ValueError, match="sum"):
        ScoreMove(date(2026, 1, 1), date(2026, 2, 1), 50.0, 60.0, (ScoreMovePart("proof", "x", 9.0),))


def test_the_model_refuses_what_is_no_word_of_the_domain() -> None:
    bilingual = Bilingual("a", "a")
    with pytest.raises(ValueError, match="state"):
        ShownScore("proof", 1, 0, 0.0, 0.01, 100.0, state="fine")
    with pytest.raises(ValueError, match="status"):
        DeliveryLine(date(2026, 1, 1), "lost")
    with pytest.raises(ValueError, match="severity"):
        RuleFindings("r", bilingual, bilingual, "grave", "proof", (), bilingual)
    with pytest.raises(ValueError, match="pending"):
        RuleFindings("r", bilingual, bilingual, "minor", "proof", (), bilingual, pending={"us": 1})
    with pytest.raises(ValueError, match="low"):
        Interval(2.0, 1.0)
    with pytest.raises(ValueError, match="time zone"):
        replace(empty_vendor(), as_of=datetime(2026, 1, 1))
    later, sooner = PublishedPoint(date(2026, 2, 1), 1.0), PublishedPoint(date(2026, 1, 1), 1.0)
    with pytest.raises(ValueError, match="by date"):
        replace(empty_vendor(), history=(later, sooner))
    with pytest.raises(ValueError, match="deliveries"):
        replace(empty_vendor(), deliveries=tuple(reversed(deliveries())))


def test_references_are_bounded() -> None:
    many = tuple(LeadReference(date(2026, 1, 1), str(number)) for number in range(21))
    with pytest.raises(ValueError, match="at most 20"):
        replace(findings()[0], references=many)


# Conclusions


def with_states(*states: str | None, grade: str | None = "A") -> VendorDossier:
    shown = tuple(ShownScore("proof", 10, 0, 0.0, 0.01, 100.0, state=state) for state in states)
    total = ShownScore("total", 10, 0, 0.0, None, 100.0)
    return replace(empty_vendor(), scores=(*shown, total), grade=grade)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("conformity_shown", "breach_shown", None), "breach_shown"),
        (("conformity_shown", "above_not_shown", None), "above_not_shown"),
        (("conformity_shown", None), "not_enough_evidence"),
        (("conformity_shown", "within_not_shown"), "within_not_shown"),
        (("conformity_shown",), "conformity_shown"),
    ],
)
def test_the_standing_is_the_gravest_that_is_shown(states: tuple[str | None, ...], expected: str) -> None:
    assert situation(with_states(*states)) == expected


def test_without_a_grade_the_evidence_is_not_enough() -> None:
    assert situation(with_states("within_not_shown", grade="not_enough_evidence")) == "not_enough_evidence"
    assert situation(with_states("within_not_shown", grade=None)) == "not_enough_evidence"


def test_a_gate_outweighs_good_rates_but_not_a_breach() -> None:
    gates = rich_vendor().gates
    assert situation(replace(with_states("conformity_shown"), gates=gates)) == "gated"
    assert situation(replace(with_states("breach_shown"), gates=gates)) == "breach_shown"


def test_points_alone_ask_for_no_decision() -> None:
    assert [item.kind for item in decisions_due(with_states("within_not_shown"))] == []


def test_decisions_come_gravest_first() -> None:
    assert [item.kind for item in decisions_due(rich_vendor())] == [
        "consequences_of_breach",
        "consequences_of_gate",
        "remedy_to_ask",
        "renewal_with_notice",
        "claim",
        "forms_to_review",
    ]


@pytest.mark.parametrize(
    ("renewal_on", "notice_days", "expected"),
    [
        (date(2027, 3, 1), 90, "renewal_with_notice"),
        (date(2026, 12, 31), 40, "renewal_with_notice"),  # 21 November is the last day
        (date(2026, 12, 31), 41, "notice_passed"),
        (date(2026, 11, 21), None, "renewal"),
        (date(2026, 11, 20), 90, None),  # passed: told of those alone on which nobody decided
    ],
)
def test_notice_ends_before_the_renewal(renewal_on: date, notice_days: int | None, expected: str | None) -> None:
    dossier = replace(empty_vendor(), contract=contract(renewal_on=renewal_on, notice_days=notice_days))
    assert [item.kind for item in decisions_due(dossier)] == ([expected] if expected else [])


def test_a_renewal_that_passed_without_a_decision_is_due() -> None:
    assert [item.kind for item in decisions_due(replace(empty_vendor(), undecided=(date(2026, 11, 20),)))] == [
        "renewal_passed"
    ]


def test_the_last_day_for_notice_is_counted_back_in_days() -> None:
    assert notice_by(rich_vendor()) == date(2026, 12, 1)


def test_what_is_missing_names_who_owes_it() -> None:
    terms = contract(
        instrument="quote",
        price=None,
        renewal_on=None,
        notice_days=None,
        refusal_grounds=(),
        tolerances={"proof": 0.01},
    )
    missing = {item.kind: item for item in missing_for_decision(rich_vendor(contract=terms))}
    assert missing["quote_only"].owed_by == "advertiser"
    assert missing["no_tolerance"].dimensions == ("consent", "opposition", "conformity", "quality")
    assert {"no_price", "no_renewal_date", "no_notice_days", "no_refusal_grounds"} <= missing.keys()
    assert missing["forms_unreviewed"] == Conclusion(
        "forms_unreviewed", (("n", 2), ("leads", 1245)), owed_by="advertiser"
    )
    assert missing["reviews_silent"].figures == (("n", 1),)
    assert missing["not_enough_evidence"].dimensions == ("quality",)
    assert "no_claim_window" not in missing


def test_each_party_owes_what_waits_on_it() -> None:
    pending = [item for item in missing_for_decision(rich_vendor()) if item.kind == "unknown_pending"]
    assert [(item.owed_by, dict(item.figures)["n"]) for item in pending] == [
        ("vendor", 36),
        ("advertiser", 139),
        ("third_party", 6),
    ]


def test_terms_that_were_not_agreed_are_never_shown_as_agreed() -> None:
    terms = contract(suppression_delay=None, cut_off=None, calendar=None, instrument=None)
    pages = {name: text_of(render_dossier(rich_vendor(contract=terms), language=name)) for name in ("fr", "en")}
    absent = "not in the contract; taken as"
    assert f"Time to honour an opposition {absent} 0 days" in pages["en"]
    assert f"Deliveries due {absent} every day" in pages["en"]
    assert f"Cut-off of the day (Paris) {absent} 23:59" in pages["en"]
    assert "Instrument not in the contract" in pages["en"]
    assert pages["fr"].count("absent du contrat ; nous comptons") == 3
    agreed = contract(suppression_delay=timedelta(0))
    assert "Time to honour an opposition 0 days" in text_of(render_dossier(rich_vendor(contract=agreed), language="en"))


def test_a_price_by_channel_is_a_price() -> None:
    terms = contract(price=None, price_per_channel={"phone": 3.5})
    assert "no_price" not in {item.kind for item in missing_for_decision(rich_vendor(contract=terms))}


def test_findings_come_by_gravity_and_rules_without_any_are_left_out() -> None:
    assert [finding.rule_id for finding in by_gravity(findings())] == [
        "proof_individual_record",
        "tel_consent_five_mentions",
        "opp_vendor_redelivery",
        "lead_too_old_at_delivery",
        "min_only_contract_fields",
    ]


def test_the_list_of_deliveries_keeps_incidents_of_long_ago() -> None:
    listed = worth_listing(deliveries(365))
    assert [line.delivery_date for line in listed] == sorted({line.delivery_date for line in listed}, reverse=True)
    assert {"no_delivery", "refused"} <= {line.status for line in listed}
    assert len(listed) == 14 + 4


def test_vendors_that_need_a_decision_come_first() -> None:
    standings = [situation(line.dossier) for line in by_urgency(portfolio(12))]
    assert standings == sorted(standings, key=SITUATIONS.index)


def test_amounts_of_different_currencies_are_not_added() -> None:
    francs = rich_vendor(claims=replace(rich_vendor().claims, currency="CHF", amount=Decimal(5)))  # type: ignore[type-var]
    lines = (*portfolio(2).lines, PortfolioLine(francs))
    assert claimable(Portfolio(AS_OF, lines)) == {"EUR": Decimal(4128), "CHF": Decimal(5)}


def test_a_notice_that_ends_soon_counts_as_near() -> None:
    near = rich_vendor(contract=contract(renewal_on=date(2027, 3, 1), notice_days=90))
    far = rich_vendor(contract=contract(renewal_on=date(2027, 3, 1), notice_days=5))
    assert [line.dossier for line in renewals_near(Portfolio(AS_OF, (PortfolioLine(near), PortfolioLine(far))))] == [
        near
    ]


# Pages


@pytest.mark.fault(
    area="content",
    fault="A page that fetches something when it is opened",
    promise="Dossiers have no script and ask nobody for anything.",
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dossier", [rich_vendor(), calm_vendor(), empty_vendor(), rich_vendor(name=LONG_NAME)])
def test_a_dossier_renders_alone_and_without_script(dossier: VendorDossier, language: str) -> None:
    page = render_dossier(dossier, language=language)
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert not re.search(r'(src|srcset|@import|url\()\s*=?\s*["\']?https?:', page)
    assert page == render_dossier(dossier, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [0, 1, 6])
def test_a_portfolio_renders_for_any_number_of_vendors(size: int, language: str) -> None:
    page = render_portfolio(portfolio(size), language=language)
    assert page.count('<th scope="row">') == size
    assert "<script" not in page


def text_of(page: str) -> str:
    body = page.split("<body", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'")


def test_the_first_screen_answers_the_four_questions() -> None:
    page = render_dossier(rich_vendor(), language="en")
    glance = text_of("<body" + page.split('<section class="glance"')[1].split("</section>")[0])
    assert "Recommendation: do not renew. A grave fact caps the grade, and a breach is shown" in glance
    assert "Grade D D 52.4 out of 100" in glance
    assert "38.2 – 69.7" in glance
    assert "€4,128.00 to claim, for 344 leads" in glance
    assert "notice at the latest on 1\u00a0December\u00a02026".replace(NO_BREAK, " ") in glance.replace(NO_BREAK, " ")


def test_without_a_grade_or_an_interval_the_page_says_that_the_evidence_is_not_enough() -> None:
    bare = tuple(ShownScore(score.dimension, 40, 1, 0.025, score.tolerance, 45.0) for score in scores())
    page = text_of(render_dossier(rich_vendor(scores=bare, gates=(), grade="not_enough_evidence"), language="en"))
    assert "Recommendation: wait, there is not enough evidence." in page
    assert "No grade yet: too few leads." in page
    assert "Too few leads judged finally" in page
    assert "Grade " not in page.split("Score by dimension")[0]


def test_a_lead_with_a_defect_is_never_made_payable_by_a_tolerance() -> None:
    page = text_of(render_dossier(rich_vendor(), language="en"))
    assert "A tolerance triggers consequences; it never makes a defective lead accepted or payable." in page


def test_leads_without_a_price_are_told_beside_the_amount_of_the_others() -> None:
    claims = replace(rich_vendor().claims, unpriced_count=12)  # type: ignore[type-var]
    pages = {name: text_of(render_dossier(rich_vendor(claims=claims), language=name)) for name in ("fr", "en")}
    assert "Of these, 12 leads without a price in EUR." in pages["en"]
    assert "Dont 12 leads sans prix en EUR." in pages["fr"]
    assert "without a price in" not in text_of(render_dossier(rich_vendor(), language="en"))


def test_a_ground_bears_the_fault_of_its_rule_and_without_one_its_id() -> None:
    names = ("proof_individual_record", "lead_duplicate", "a_rule_of_ours")
    grounds = tuple(ClaimGround(name, count) for name, count in zip(names, (18, 3, 2), strict=True))
    claims = replace(rich_vendor().claims, grounds=grounds)  # type: ignore[type-var]
    page = text_of(render_dossier(rich_vendor(claims=claims), language="en"))
    assert "The proof of the consent is missing or incomplete proof_individual_record 18 –" in page
    assert "Not proven: The vendor had not delivered this person before lead_duplicate 3 –" in page
    assert "a_rule_of_ours a_rule_of_ours 2 –" in page


def test_nothing_to_claim_is_said_of_what_was_judged_so_far() -> None:
    claims = replace(rich_vendor().claims, leads_count=0, grounds=())  # type: ignore[type-var]
    lines = tuple(replace(line, is_final=place > 0) for place, line in enumerate(rich_vendor().deliveries))
    page = text_of(render_dossier(rich_vendor(claims=claims, deliveries=lines), language="en"))
    assert "No lead stands under a ground for refusal so far; 1 delivery is provisional." in page


def test_claims_without_a_price_are_counted_in_leads() -> None:
    claims = replace(rich_vendor().claims, amount=None, expiring_amount=None, grounds=())  # type: ignore[type-var]
    page = text_of(render_dossier(rich_vendor(claims=claims), language="en"))
    assert "344 leads to claim; the contract names no price" in page


HOSTILE = "</style></title><script>alert(1)</script>\"'`{{7*7}}\\"


@pytest.mark.fault(
    area="content",
    fault="Names, references and legal links with markup, scripts or template code",
    promise="They are shown as they are: nothing runs in the page of a dossier.",
)
def test_nothing_delivered_breaks_out_of_the_page() -> None:
    dossier = rich_vendor(
        name=HOSTILE,
        forms=(replace(forms()[3], form_id=HOSTILE, form_version=HOSTILE),),
        findings=(
            replace(
                findings()[0],
                basis=(LegalBasis("x", "javascript:alert(1)"), LegalBasis("y", 'https://x"onclick=1 ')),
                references=(LeadReference(date(2026, 1, 1), HOSTILE),),
            ),
        ),
        contract=contract(contacts=(HOSTILE,), sector=HOSTILE),
    )
    page = render_dossier(dossier, language="fr")
    assert "<script" not in page
    assert "javascript:" not in page
    assert 'href="https://x' not in page
    assert page.count("</style>") == 1
    assert page.count("</title>") == 1 + page.count("<title id=")
    assert "{{7*7}}" in page  # shown as delivered, not evaluated
    assert "<script" not in render_portfolio(Portfolio(AS_OF, (PortfolioLine(dossier),)), language="en")


@pytest.mark.fault(area="content", fault="A name that tries to break out of a page's style", promise="It stays a text.")
@given(st.text(max_size=60))
def test_a_footer_never_ends_its_css_string(text: str) -> None:
    written = str(pages._css_string(text))
    assert written[0] == written[-1] == '"'
    assert re.fullmatch(r'(?:[^"\\<\n]|\\[0-9a-f]{1,6} )*', written[1:-1])


@given(st.lists(st.fractions(-30, 30, max_denominator=1000), min_size=1, max_size=12))
def test_contributions_as_shown_sum_to_the_change_as_shown(parts: list[Fraction]) -> None:
    after = float(50 + sum(parts))
    contributions = tuple(ScoreMovePart("proof", "x", float(part)) for part in parts)
    shown = pages.shown_parts(ScoreMove(date(2026, 1, 1), date(2026, 2, 1), 50.0, after, contributions))
    assert sum(points for _, points in shown) == Decimal(str(after)).quantize(Decimal("0.01")) - 50


# Charts


def numbers_in(drawing: str) -> list[float]:
    return [float(value) for value in re.findall(r'(?:x|cx|width|x1|x2)="(-?[\d.]+)%"', drawing)]


@pytest.mark.parametrize("size", [1, 2, 365])
def test_charts_of_any_length_stay_within_their_frame(size: int) -> None:
    drawing = charts.score_history(history(size), EN) + charts.deliveries(deliveries(365)[:size], EN)
    assert all(-0.001 <= value <= 100.001 for value in numbers_in(drawing))
    assert "nan" not in drawing


@given(
    st.floats(0, 1), st.floats(0, 0.2), st.floats(0, 1), st.sampled_from([0.0, 0.001, 0.01, 0.05, 1.0])
)  # fmt: skip
def test_any_rate_has_a_place_beside_its_tolerance(rate: float, below: float, above: float, tolerance: float) -> None:
    interval = Interval(max(0.0, rate - below), min(1.0, rate + above))
    score = ShownScore("proof", 10, 1, rate, tolerance, 50.0, rate_interval=interval, state="above_not_shown")
    drawing = charts.rates([score], 0.001, EN)
    assert all(-0.001 <= value <= 100.001 for value in numbers_in(drawing))


def test_every_chart_has_a_name_and_a_description() -> None:
    drawings = (
        charts.score_history(history(), EN),
        charts.rates(scores()[:-1], 0.001, EN),
        charts.deliveries(deliveries(), EN),
    )
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert re.search(r"<title [^>]*>[^<]+</title><desc [^>]*>[^<]+</desc>", drawing)


def test_the_description_of_the_history_says_what_the_curve_shows() -> None:
    points = (
        PublishedPoint(date(2026, 8, 1), 61.0),
        PublishedPoint(date(2026, 9, 1), 82.25),
        PublishedPoint(date(2026, 10, 1), 70.0),
    )
    said = "From 1 August 2026 to 1 October 2026: lowest 61.0, highest 82.2, latest 70.0 out of 100."
    assert said in charts.score_history(points, EN).replace(NO_BREAK, " ")


# Export


def finding(**changes: object) -> dict[str, object]:
    plain = {
        "vendor": "atlas-leads",
        "delivery_date": date(2026, 8, 11),
        "lead_id": "A-1",
        "channel": "phone",
        "rule_id": "r",
    }
    facts = {"outcome": "fail", "is_proven": True, "severity": "minor", "dimension": "quality", "facts": "{}"}
    return {**plain, **facts, **changes}


def exported(folder: Path, *rows: dict[str, object]) -> list[dict[str, str]]:
    write_findings_csv(folder / "findings.csv", pa.Table.from_pylist(list(rows), schema=arrow_schema("findings")))
    with (folder / "findings.csv").open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


@pytest.mark.fault(area="content", fault="The same in the export beside a dossier", promise="The export is harmless.")
@pytest.mark.parametrize(
    ("lead_id", "expected"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+33", "'+33"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("＝1", "'＝1"),
        ("a;=1+1", "a;'=1+1"),
        ('a\n"=1', 'a\n"\'=1'),
        ("A-1=2", "A-1=2"),
        ("é, \"x\"", "é, \"x\""),
    ],
)  # fmt: skip
def test_no_spreadsheet_takes_a_reference_for_a_formula(tmp_path: Path, lead_id: str, expected: str) -> None:
    assert [row["lead_id"] for row in exported(tmp_path, finding(lead_id=lead_id))] == [expected]


def test_the_export_holds_every_column_and_row_in_one_order(tmp_path: Path) -> None:
    rows = [finding(lead_id="B"), finding(lead_id="A"), finding(delivery_date=date(2026, 8, 10), lead_id=None)]
    rows[2]["missing_facts"] = ["consent_proofs.action", "consent_proofs.form_id"]
    read = exported(tmp_path, *rows)
    assert [(row["delivery_date"], row["lead_id"]) for row in read] == [
        ("2026-08-10", ""),
        ("2026-08-11", "A"),
        ("2026-08-11", "B"),
    ]
    assert list(read[0]) == arrow_schema("findings").names
    assert [row["missing_facts"] for row in read] == ["consent_proofs.action, consent_proofs.form_id", "", ""]
    first = (tmp_path / "findings.csv").read_bytes()
    assert first.startswith(BYTE_ORDER_MARK)
    exported(tmp_path, *reversed(rows))
    assert (tmp_path / "findings.csv").read_bytes() == first


def test_an_export_without_findings_is_a_header(tmp_path: Path) -> None:
    assert exported(tmp_path) == []
    assert (tmp_path / "findings.csv").read_text("utf-8-sig").startswith('"vendor"')


def test_what_nobody_should_buy_without_is_missing_for_a_decision_and_counted_by_kind() -> None:
    gaps = (
        ReviewGap("clause_missing", 3, item="cl_a"),
        ReviewGap("clause_missing", 3, item="cl_b"),
        ReviewGap("clause_missing", 2, item="cl_c"),
        ReviewGap("unanswered", 3, item="dd_a"),
        ReviewGap("not_satisfied", 3, item="dd_b"),
        ReviewGap("audit_overdue", 3),
    )
    missing = {item.kind: dict(item.figures) for item in missing_for_decision(replace(rich_vendor(), review_gaps=gaps))}
    assert {
        kind: missing.get(kind) for kind in ("clauses_missing", "questions_open", "audit_overdue", "never_audited")
    } == {
        "clauses_missing": {"n": 2},
        "questions_open": {"n": 2},
        "audit_overdue": {"n": 1},
        "never_audited": None,
    }
    page = render_dossier(replace(rich_vendor(), review_gaps=gaps), language="fr")
    assert "2 clauses sans lesquelles personne ne devrait acheter" in page


def test_the_terms_of_a_contract_are_cited_in_words() -> None:
    assert EN.cite("Contrat (maxLeadAge)") == "Contrat (âge maximal d\u2019un lead)"
    assert EN.cite("RGPD, art. 5, 2") == f"RGPD, art.{NO_BREAK}5, 2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_verdict_stands_on_top_and_none_speaks_of_termination_without_a_grade(language: str) -> None:
    page = text_of(render_dossier(rich_vendor(gates=(), grade="not_enough_evidence"), language=language))
    assert {"fr": "Recommandation : suspendre.", "en": "Recommendation: suspend."}[language] in page.replace(
        NO_BREAK, " "
    )
    above = page.split({"fr": "Voie et délais", "en": "Route and periods"}[language])[0]
    assert not re.search("résiliation|termination", above)


def test_a_vendor_bears_its_legal_name_and_number() -> None:
    signed = contract(vendor_name="Leads du Midi SARL", vendor_siren="012345674")
    page = text_of(render_dossier(rich_vendor(name="Leads du Midi SARL", contract=signed), language="fr"))
    assert "SIREN 012 345 674" in page


def decided(**changes: object) -> RecordedDecision:
    """To renew, against the recommendation."""
    one = RecordedDecision(
        id=1,
        vendor="leads-du-midi",
        decision="renew",
        reason="Le formulaire <fautif> est retiré.",
        decided_by="A. Martin",
        decided_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        dossier_digest="d" * 64,
        dossier_as_of=datetime(2026, 11, 19, 5, tzinfo=UTC),
        recommendation="do_not_renew",
        renewal_on=date(2027, 3, 1),
        needs_second=True,
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def test_the_next_dossier_shows_what_was_decided_and_that_it_waits_for_a_second_person() -> None:
    page = render_dossier(rich_vendor(decisions=(decided(),)), language="fr")
    assert "Le formulaire &lt;fautif&gt; est retiré." in page
    assert "Décidé par A. Martin le 20 novembre 2026, sur le dossier arrêté au 19 novembre 2026" in text_of(page)
    assert "Attend la confirmation d’une seconde personne" in page
    assert "S\u2019écarte de la recommandation" in page
    assert "d" * 64 in page
    confirmed = decided(confirmed_by="B. Petit", confirmed_at=datetime(2026, 11, 20, 15, tzinfo=UTC))
    page = text_of(render_dossier(rich_vendor(decisions=(confirmed,)), language="en"))
    assert "Confirmed by B. Petit on 20 November 2026" in page
    assert "Waits for a second person" not in page


def test_a_renewal_that_is_decided_is_due_no_more() -> None:
    def kinds(dossier: VendorDossier) -> set[str]:
        return {one.kind for one in decisions_due(dossier)}

    assert "renewal_with_notice" in kinds(rich_vendor(decisions=(decided(),)))  # it waits for a second person
    assert "renewal_with_notice" not in kinds(rich_vendor(decisions=(decided(needs_second=False),)))


def test_the_portfolio_tells_the_advertiser_what_it_owes_itself() -> None:
    six = portfolio(6)
    own = (OwnFinding("v0", "renewal_undecided", date(2026, 11, 1)),)
    page = text_of(render_portfolio(replace(six, own=own), language="en"))
    assert "Leads du Midi The renewal date, 1 November 2026, has passed without a recorded decision." in page
    assert "No renewal has passed without a decision." in text_of(render_portfolio(six, language="en"))


def test_what_would_lift_a_vendor_is_said_in_words_with_points_and_leads() -> None:
    page = text_of(render_dossier(rich_vendor(), language="en"))
    assert "From 52.4 points to grade B: 83.0 points, with the margin" in page
    assert "The proof of the consent is missing or incomplete Proof 285 12.6 65.0" in page
    assert "A grave fact caps the grade at D all the same." in page
    assert "The points suffice for the best grade." in text_of(render_dossier(calm_vendor(), language="en"))
