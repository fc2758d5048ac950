"""A score with all that stands beside it: bounds, state, grade. What each means is in `standings` and `grades`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pipelines.scores.grades import Grade
from pipelines.scores.points import TOTAL, DimensionScore
from pipelines.scores.standings import Standing


@dataclass(frozen=True)
class GradedScore(DimensionScore):
    """Points, the band in which the process lies, and what that shows; the total alone has grades."""

    lower_points: float | None = None
    upper_points: float | None = None
    rate_lower: float | None = None
    rate_upper: float | None = None
    correlation: float | None = None
    """Of defects within deliveries."""
    effective_leads: float | None = None
    state: str | None = None
    grade_earned: str | None = None
    """By points, before gates; None for want of evidence."""
    grade: str | None = None
    """As published: the worse of what was earned and what open gates leave."""


def graded_scores(standings: Sequence[Standing], grade: Grade) -> list[GradedScore]:
    """The standings as rows to publish; the grade goes to the total."""
    return [_graded_row(standing, grade) for standing in standings]


def _graded_row(standing: Standing, grade: Grade) -> GradedScore:
    score = asdict(standing.score) | {
        "lower_points": standing.lower_points,
        "upper_points": standing.upper_points,
        "state": standing.state,
    }
    if standing.bounds is not None:
        score |= {
            "rate_lower": standing.bounds.lower,
            "rate_upper": standing.bounds.upper,
            "correlation": standing.bounds.correlation,
            "effective_leads": standing.bounds.effective_leads,
        }
    if standing.score.dimension == TOTAL:
        score |= {"grade_earned": grade.earned, "grade": grade.published}
    return GradedScore(**score)
