"""How fast it is and how often it errs, measured: `python -m benchmarks`, `python -m benchmarks.score_coverage`."""
