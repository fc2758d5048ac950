"""Points, what they prove, grades, why they moved; published.

How they look on a page is in `dossiers`.

- `confidence`: what the realised defects of a vendor prove about the rate of the process behind them, after each
  delivery
- `confidence_method`: the numbers of the confidence sequence, as a method publishes them
- `contributions`: what deliveries moved in the total of a vendor: contributions of dimensions, rules and mix that sum
  to the change
- `corrected`: what corrections change in the counts behind a score
- `counted`: what scores read of each judged day, counted once and kept: a score of days that stand opens one file
- `graded`: A score with all that stands beside it: bounds, state, grade
- `grades`: grades and gates of a vendor
- `measured`: what was measured of the bounds on simulated vendors, as pages show it (`measured_coverage.yaml`)
- `method`: the published method of scores, in dated versions (`methods/`), and the house's own
- `method_error`: what is wrong with a method of scores
- `moves`: why the total that was published moved to the one of now, cause by cause
- `plans`: what would lift a vendor to a grade: the rules whose defects cost most, one after the other
- `points`: from realised rates to points: one vendor, one date
- `records`: vendors' scores in the registry: publishing those of an instant, and reading them
- `scorer`: from the lake's scorecards to published scores: which deliveries count, what they prove, which grade they
  earn
- `spells`: whether the defects of a vendor come in spells, or are more alike than is promised
- `streams`: by which forms and channels leads came, and what was found in each
- `standings`: what the points of a vendor prove about the process behind them: the band, and the state of each
  dimension
"""
