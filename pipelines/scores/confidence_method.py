"""The numbers of the confidence sequence, as a method publishes them. The arithmetic is in `confidence`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConfidenceMethod:
    """The numbers of the sequence.

    Attributes:
        miscoverage: share of vendors whose bounds may miss their rate on any day, in (0, 1).
        expected_rate: mean of the mixture's Beta(1, 1 / expected_rate - 1): bounds hold anywhere, sharpest near it.
        assumed_correlation: correlation within deliveries assumed until defects tell, in [0, 1].
        assumed_weight: degrees of freedom that the assumption is worth, above 0.
        caution: probability that the design effect is at most the one applied, in (0, 1).
    """

    miscoverage: float
    expected_rate: float
    assumed_correlation: float
    assumed_weight: float
    caution: float

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        for name in ("miscoverage", "expected_rate", "caution"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: expected a number between 0 and 1, both excluded")
        if not 0 <= self.assumed_correlation <= 1:
            raise ValueError("assumed_correlation: expected a number between 0 and 1")
        if not self.assumed_weight > 0:
            raise ValueError("assumed_weight: expected a number above 0")
