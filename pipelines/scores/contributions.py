"""What deliveries moved in the total of a vendor: contributions of dimensions, rules and mix that sum to the change.

Points belong in `points`, what they prove in `standings`, what else moves a published total in `moves`.

How the change is shared:

- The total is the weighted mean of the dimensions, less what the cap takes off it. What the cap takes off more or less
  is one contribution, `CAP`; the rest is the change of the mean.
- What changed in the mean is the counts or the tolerance of some dimensions. Each of these changes gets its Shapley
  value: its effect on the mean, averaged over all orders in which they could have come (Shapley, 1953). These sum to
  the change.
- What the counts of a dimension contributed is shared as its rate is. The rate is the sum over rules r and streams g of
  s_g * q_rg: the share of the leads that came by a stream (a form and the channels it sells), times the rule's rate in
  it. A change of the products is split symmetrically (Kitagawa, J. Am. Stat. Assoc. 50, 1955):
  (q2 - q1) * (s1 + s2) / 2 is the rule's, (s2 - s1) * (q1 + q2) / 2 is `MIX`. A stream that is new or gone has no rate
  to compare with, and is all mix. What has no stream, such as rejected rows, is all rate. A rule's part of the rate is
  its part of the dimension's findings.
- Where parts moved and the rate did not, each move is worth what one more defective lead would cost: offsetting moves
  show.

Fractions throughout: the sum is exact, to the last bit of the totals that `score_vendor` gives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import factorial, floor
from typing import Final

from pipelines.scores.points import (
    TOTAL,
    LeadCounts,
    ScoringMethod,
    mean_points,
    points,
    scoring_method,
    total_points,
)
from pipelines.vocabulary.words import RATED_DIMENSIONS

LEADS: Final = "leads"
TOLERANCE: Final = "tolerance"
MIX: Final = "mix"
CAP: Final = "cap"

Change = tuple[str, str]
"""A dimension, and what of it changed: `LEADS` (its counts) or `TOLERANCE`."""


Parts = Mapping[tuple[str, str | None], Fraction]
"""Of a rate, by cause and stream."""


@dataclass(frozen=True)
class Streams:
    """Leads by the stream that they came by, and by rule and stream the findings for which the vendor answers."""

    leads: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def shares(self) -> dict[str, Fraction]:
        """Of all leads, by stream."""
        received = sum(self.leads.values())
        return {stream: Fraction(count, received) for stream, count in self.leads.items() if count}


@dataclass(frozen=True)
class DimensionSnapshot:
    """A dimension at an instant: its counts, its tolerance, and by rule the findings for which the vendor answers.

    Rejected rows have no rule: they come under a name of their own.
    """

    counts: LeadCounts
    tolerance: float
    findings: Mapping[str, int]
    streams: Streams = field(default_factory=Streams)


@dataclass(frozen=True)
class Contribution:
    """Points that a cause brought to the total: a rule, `MIX`, `TOLERANCE`, or `LEADS` where no rule can be named.

    No rule can be named for a dimension that had no leads at one of the instants, or defects without a finding. The cap
    is one of the total (`CAP`), and so are the causes of `moves`.
    """

    dimension: str
    cause: str
    points: Fraction


Snapshot = Mapping[str, DimensionSnapshot]
"""The dimensions of one vendor at an instant, those that have leads."""


def contributions(before: Snapshot, after: Snapshot, method: ScoringMethod | None = None) -> list[Contribution]:
    """What moved the total, by dimension in the order of the vocabulary, then by cause; without those of no effect.

    Raises:
        ValueError: a snapshot without any leads (there is no total to compare), or a dimension that has no rate.
    """
    method = method or scoring_method()
    for name in (*before, *after):
        if name not in RATED_DIMENSIONS:
            raise ValueError(f"dimension {name}: expected one of {', '.join(RATED_DIMENSIONS)}")
    for name, snapshot in (("before", before), ("after", after)):
        if not any(one.counts.leads_received for one in snapshot.values()):
            raise ValueError(f"{name}: expected a dimension that has leads")
    names = [name for name in RATED_DIMENSIONS if name in before or name in after]
    pairs = {name: (_side(name, before, after), _side(name, after, before)) for name in names}
    changes = [change for name, pair in pairs.items() for change in _dimension_changes(name, *pair)]
    values = _shapley_values(changes, _mean_after(pairs, method))
    parts = [part for change in changes for part in _parts_of_change(change, values[change], pairs, method)]
    cap = Contribution(TOTAL, CAP, _taken_by_cap(before, method) - _taken_by_cap(after, method))
    return [part for part in (*parts, cap) if part.points]


def exact_total(snapshot: Snapshot, method: ScoringMethod) -> Fraction:
    """The exact value of the total that a snapshot gives; it has to have leads."""
    return Fraction(total_points(_points_by_dimension(snapshot, method), method))


def _taken_by_cap(snapshot: Snapshot, method: ScoringMethod) -> Fraction:
    mean = Fraction(mean_points(_points_by_dimension(snapshot, method), method))
    return mean - exact_total(snapshot, method)


def _points_by_dimension(snapshot: Snapshot, method: ScoringMethod) -> dict[str, float]:
    given = {name: _points(one.counts, one.tolerance, method) for name, one in snapshot.items()}
    return {name: value for name, value in given.items() if value is not None}


def rounded(parts: Sequence[Contribution], change: Decimal) -> list[Decimal]:
    """Contributions in hundredths of a point that sum to the displayed change of the total (largest remainders).

    Args:
        parts: contributions as `contributions` gives them.
        change: difference of the two totals as displayed, each rounded to hundredths.

    Raises:
        ValueError: a change that is not that of the contributions.
    """
    hundredths = [part.points * 100 for part in parts]
    if abs(sum(hundredths) - Fraction(change) * 100) > 1:
        raise ValueError("change: expected the difference of the two totals, each rounded to hundredths")
    if not parts:
        return []
    whole = [floor(value) for value in hundredths]
    every, some = divmod(int(change * 100) - sum(whole), len(parts))
    by_remainder = sorted(range(len(parts)), key=lambda index: whole[index] - hundredths[index])
    for place, index in enumerate(by_remainder):
        whole[index] += every + (place < some)
    return [Decimal(value) / 100 for value in whole]


def _side(name: str, snapshot: Snapshot, other: Snapshot) -> DimensionSnapshot:
    """A dimension as it is in a snapshot; where it is missing, without leads and with the other's tolerance."""
    return snapshot[name] if name in snapshot else DimensionSnapshot(LeadCounts(0, 0), other[name].tolerance, {})


def _dimension_changes(name: str, before: DimensionSnapshot, after: DimensionSnapshot) -> list[Change]:
    has_other_leads = (before.counts, before.findings, before.streams) != (
        after.counts,
        after.findings,
        after.streams,
    )
    has_other_tolerance = before.tolerance != after.tolerance
    return [(name, LEADS)] * has_other_leads + [(name, TOLERANCE)] * has_other_tolerance


def _mean_after(
    pairs: Mapping[str, tuple[DimensionSnapshot, DimensionSnapshot]], method: ScoringMethod
) -> Callable[[frozenset[Change]], Fraction]:
    """The mean when only some of the changes have come."""

    @cache
    def points_of(name: str, has_leads_changed: bool, has_tolerance_changed: bool) -> float | None:
        counts, tolerance = pairs[name][has_leads_changed].counts, pairs[name][has_tolerance_changed].tolerance
        return _points(counts, tolerance, method)

    @cache
    def mean(done: frozenset[Change]) -> Fraction:
        mixed = {name: points_of(name, (name, LEADS) in done, (name, TOLERANCE) in done) for name in pairs}
        return _mean(mixed, method)

    return mean


def _points(counts: LeadCounts, tolerance: float, method: ScoringMethod) -> float | None:
    if not counts.leads_received:
        return None
    return points(counts.leads_vendor_defective / counts.leads_received, tolerance, method)


def _mean(by_dimension: Mapping[str, float | None], method: ScoringMethod) -> Fraction:
    """The exact value of the mean; 0 on the way between two instants that share no dimension."""
    present = {name: value for name, value in by_dimension.items() if value is not None}
    return Fraction(mean_points(present, method)) if present else Fraction(0)


def _shapley_values(
    changes: Sequence[Change], total: Callable[[frozenset[Change]], Fraction]
) -> dict[Change, Fraction]:
    values = {}
    for change in changes:
        others = [other for other in changes if other != change]
        values[change] = sum(
            (
                _weight(size, len(changes)) * (total(frozenset((*done, change))) - total(frozenset(done)))
                for size in range(len(changes))
                for done in combinations(others, size)
            ),
            Fraction(0),
        )
    return values


def _weight(before_count: int, count: int) -> Fraction:
    """Share of the orders of `count` changes in which a given set of `before_count` comes right before a given one."""
    return Fraction(factorial(before_count) * factorial(count - before_count - 1), factorial(count))


def _parts_of_change(
    change: Change,
    value: Fraction,
    pairs: Mapping[str, tuple[DimensionSnapshot, DimensionSnapshot]],
    method: ScoringMethod,
) -> list[Contribution]:
    name, what = change
    before, after = pairs[name]
    if what == TOLERANCE or not before.counts.leads_received or not after.counts.leads_received:
        return [Contribution(name, what, value)]
    moves = _moves_by_cause(before, after)
    moved = sum(moves.values(), Fraction(0))
    worth = value / moved if moved else _worth(name, {key: pair[1] for key, pair in pairs.items()}, method)
    return [Contribution(name, cause, worth * move) for cause, move in moves.items()]


def _moves_by_cause(before: DimensionSnapshot, after: DimensionSnapshot) -> dict[str, Fraction]:
    """How far each cause, and the mix of streams, moved a dimension's rate; they sum to its change."""
    old, new = _rate_parts(before), _rate_parts(after)
    shares = before.streams.shares(), after.streams.shares()
    causes = sorted({cause for cause, _ in (*old, *new)})
    moves = dict.fromkeys((*causes, MIX), Fraction(0))
    for cause, stream in {*old, *new}:
        was, now = old.get((cause, stream), Fraction(0)), new.get((cause, stream), Fraction(0))
        share = [side.get(stream) if stream is not None else Fraction(1) for side in shares]
        mixed = _moved_by_mix(was, now, share[0], share[1])
        moves[cause] += now - was - mixed
        moves[MIX] += mixed
    return moves


def _moved_by_mix(was: Fraction, now: Fraction, share_was: Fraction | None, share_now: Fraction | None) -> Fraction:
    if share_was is None or share_now is None:
        return now - was
    return (share_now - share_was) * (was / share_was + now / share_now) / 2


def _rate_parts(snapshot: DimensionSnapshot) -> Parts:
    """The parts of a dimension's rate by cause and stream; what no stream is known of under None."""
    parts: dict[tuple[str, str | None], Fraction] = {}
    for cause, rate in rate_by_cause(snapshot).items():
        by_stream, count = snapshot.streams.findings.get(cause, {}), snapshot.findings.get(cause, 0)
        known = {stream: found for stream, found in by_stream.items() if snapshot.streams.leads.get(stream)}
        if not count or sum(known.values()) > count:
            known = {}
        parts |= {(cause, stream): rate * Fraction(found, count) for stream, found in known.items()}
        parts[cause, None] = rate - sum((parts[cause, stream] for stream in known), Fraction(0))
    return parts


def rate_by_cause(snapshot: DimensionSnapshot) -> dict[str, Fraction]:
    """The parts of a dimension's rate, in [0, 1]: by rule as its findings, or `LEADS` where there are none."""
    counts, findings = snapshot.counts, sum(snapshot.findings.values())
    rate = Fraction(counts.leads_vendor_defective, counts.leads_received)
    if not findings:
        return {LEADS: rate}
    return {rule_id: rate * Fraction(count, findings) for rule_id, count in snapshot.findings.items()}


def _worth(name: str, snapshot: Snapshot, method: ScoringMethod) -> Fraction:
    """Points of the mean for a unit of the dimension's rate, by what the last or one more defective lead changes."""
    received, defective = snapshot[name].counts.leads_received, snapshot[name].counts.leads_vendor_defective
    fewer = min(defective, received - 1)
    means = []
    for count in (fewer, fewer + 1):
        counts = {key: one.counts for key, one in snapshot.items()} | {name: LeadCounts(received, count)}
        means.append(_mean({key: _points(counts[key], snapshot[key].tolerance, method) for key in snapshot}, method))
    return (means[1] - means[0]) * received
