"""The open stack beside us, on the same files: which of the questions that a DPO asks each tool answers, at what cost.

- `contract_test`: datacontract-cli, `test` on both files
- `frame_checks`: Pandera on Polars
- `links`: Splink on DuckDB
- `ours`: what our tables answer
- `questions`: the questions, and what a tool prints
- `side_by_side`: all of them in one run
- `table`: what they answered, as Markdown

The tools have an environment of their own, which `make figures` makes. What runs there imports no more than
`benchmarks.measure`, `benchmarks.stopwatch` and this package's `questions`.
"""
