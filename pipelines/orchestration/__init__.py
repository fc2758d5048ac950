"""Partitions, jobs, schedules, sensors, and the reference instance.

With `assets` and `definitions` all that knows Dagster.

- `backlog`: what was never done: past days that wait in the inbox or were skipped, and days under a mended contract
- `houses_of_runs`: the house as a run gets it: with an object store, brought up to date before the run and published
  after it
- `instance`: the Dagster instance of a home: its folder and its settings
- `jobs`: the jobs: `registry` before `deliveries`, `publish` after it
- `partitions`: partitions: delivery date × vendor, keys and ranges of them
- `run_launcher`: where runs are started from, and how a run whose process was killed is noticed
- `run_locks`: whether the process that works on a run still lives: it holds a lock until it ends
- `run_partitions`: which deliveries a run is about: one answer, from the run's tags, for assets, checks, metadata and
  events
- `schedules`: the daily reconciliation: yesterday over all vendors, and the days due for another word
- `sensors`: what starts by itself: arrivals noted, corrections, what was never done, mended contracts, new vendors,
  publishing
"""
