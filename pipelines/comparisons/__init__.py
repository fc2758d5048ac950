"""What would change, or has: the same days judged twice, side by side. Nothing that is published changes.

- `accepted_disputes`: what an accepted dispute gives back
- `announcements`: changed rules told to every vendor once, and noted as announced
- `change_notices`: what a vendor is told of changed rules
- `corrections`: what becomes known after a verdict is final: rows beside it, one a cause, at somebody's account
- `kept_comparisons`: replays by name, beside what is published
- `ladder`: from one standpoint to another in steps, one cause a step
- `news`: what came since days were last looked at: which of them it touches, what kinds of facts it is
- `out_of_date`: where what is published of a lead use is out of date
- `replay_pages`: a replay on one page
- `replays`: a vendor's past as it was, to the byte, or as we know now, with the cause of every flip
- `rule_differences`: which rules and values differ between two catalogues
- `rules_compared`: one vendor's days judged under two catalogues: verdicts, rules, points and money that differ
- `scenarios`: catalogues to compare with: rules edited, rules that a court strikes down
- `standpoints`: by which rules, contract and knowledge days are judged: as they were published, or as of now
"""
