"""The page of the scoring method, `docs/scores.md`: its versions, what its bands promise, and why a score moves."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from pipelines.handbook.markdown import filled, table
from pipelines.scores.measured import MeasuredTable, measured
from pipelines.scores.method import Method, shipped_methods

NOT_IN_A_YEAR: Final = "not in a year"


def scores_page() -> str:
    """The whole page."""
    methods, tables = shipped_methods().versions, measured()
    return filled(
        "scores.md.j2",
        methods=methods,
        versions=table(("", *(f"version {method.version}" for method in methods)), _versions(methods)),
        coverage=tables["coverage"],
        coverage_rows=_misses_rows(tables["coverage"]),
        spells=tables["spells"],
        spells_rows=_spells_rows(tables["spells"]),
        told=tables["told"],
        told_rows=_told_rows(tables["told"]),
    )


def _versions(methods: Sequence[Method]) -> Iterator[tuple[str, ...]]:
    said: list[tuple[str, Callable[[Method], object]]] = [
        ("in force from", lambda one: one.in_force_from),
        ("shown beside the one before until", lambda one: one.beside_until or "–"),
        ("deliveries that count", lambda one: f"`{one.window}`"),
        *(
            (f"{name}: weight, tolerance", partial(_weight_and_tolerance, dimension=name))
            for name in methods[0].scoring.weights
        ),
        ("critical dimensions", lambda one: ", ".join(one.scoring.critical)),
        ("the whole, at most above the weakest of them", lambda one: f"{one.scoring.allowance} points"),
        ("grades, from", lambda one: ", ".join(f"{grade} {floor}" for grade, floor in one.grading.grades.items())),
        ("to rise by a grade, in addition", lambda one: f"{one.grading.rise_margin} points"),
        ("effective leads for a grade", lambda one: one.grading.least_effective_leads),
        ("grades also weigh deliveries", lambda one: "yes" if one.grading.weighs_deliveries else "no"),
        (
            "a breach is shown from",
            lambda one: f"{one.grading.least_breach_leads} leads, {one.grading.least_breach_deliveries} deliveries",
        ),
        ("caution of the band", lambda one: one.grading.confidence.caution),
        (
            "correlations promised, within a delivery and between two",
            lambda one: f"{one.promise.within_deliveries}, {one.promise.between_deliveries}",
        ),
        ("digest", lambda one: f"`{one.digest[:16]}…`"),
    ]
    for heading, value in said:
        yield (heading, *(str(value(method)) for method in methods))


def _weight_and_tolerance(method: Method, dimension: str) -> str:
    return f"{method.scoring.weights[dimension]}, {method.scoring.tolerances[dimension]:.1%}"


def _misses_rows(measured_table: MeasuredTable) -> str:
    return table(
        ("deliveries", "true rate", "correlation", *measured_table.ways),
        (
            (
                row.deliveries,
                f"{row.rate:.1%}",
                f"{row.correlation:g}",
                *(f"**{_share_shown(cell['missed'])}**, ≤ {cell['upper']:.2%}" for cell in row.ways.values()),
            )
            for row in measured_table.rows
        ),
    )


def _spells_rows(measured_table: MeasuredTable) -> str:
    asked = {
        "missed": "what the process gives",
        "missed_below": "of these, too low",
        "missed_window": "what was delivered",
    }
    return table(
        ("deliveries", "missed is", *measured_table.ways),
        (
            (row.deliveries, said, *(_share_shown(cell[key]) for cell in row.ways.values()))
            for row in measured_table.rows
            for key, said in asked.items()
        ),
    )


def _told_rows(measured_table: MeasuredTable) -> str:
    return table(
        ("correlation", *measured_table.ways),
        (
            (
                f"{row.correlation:g}",
                *(
                    f"{cell['told_after']:.0f}"
                    if cell["told_after"] is not None
                    else f"{NOT_IN_A_YEAR} ({cell['told']:.0%})"
                    for cell in row.ways.values()
                ),
            )
            for row in measured_table.rows
        ),
    )


def _share_shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
