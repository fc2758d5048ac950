"""Verdicts into the lake and receipts into the outbox: of the days that a run can reach, those that would come out
otherwise.

- `judged_days`: judged days published, with their receipts; days that would come out as they are published are left
  as they are
- `judgement_digests`: what the verdicts of published days are made from beside the program: all that a judgement of
  them reads, as digests
- `met_oppositions`: what of the oppositions a judgement of published days reads, as one digest a day
"""
