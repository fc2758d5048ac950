"""What would change: the same days under two catalogues, side by side. Nothing that is published changes.

- `change_notices`: what a vendor is told of changed rules
- `rule_differences`: which rules and values differ between two catalogues
- `rules_compared`: one vendor's days judged under two catalogues: verdicts, rules, points and money that differ
- `scenarios`: catalogues to compare with: rules edited, rules that a court strikes down
"""
