"""Points, what they prove, grades, why they moved; published.

How they look on a page is in `dossiers`.

- `confidence`: what the realised defects of a vendor prove about the rate of the process behind them, after each
  delivery
- `contributions`: why the total of a vendor moved between two instants: contributions of dimensions and rules that
  sum to the change
- `corrected`: what corrections change in the counts behind a score
- `graded`: A score with all that stands beside it: bounds, state, grade
- `grades`: grades and gates of a vendor, and the dated method that publishes their numbers (`grading_method.yaml`)
- `plans`: what would lift a vendor to a grade: the rules whose defects cost most, one after the other
- `points`: from realised rates to points: one vendor, one date
- `records`: vendors' scores in the registry: publishing those of an instant, and reading them
- `scorer`: from the lake's scorecards to published scores: which deliveries count, what they prove, which grade they
  earn
- `standings`: what the points of a vendor prove about the process behind them: the band, and the state of each
  dimension
"""
