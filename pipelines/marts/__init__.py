"""What dbt reads and leaves, and whether it is as promised.

The models themselves are in `dbt_project`.

- `data_docs`: the pages that Great Expectations writes, made to stand alone, and our own front page for them
- `exports`: small exports beside the lake's tables, for what reads Parquet only: which deliveries can be trusted,
  rules, scores
- `file`: the file of the marts: rebuilt aside and replaced whole, so that its readers and its builder never meet
- `history`: each vendor's latest delivery beside its own past: what would be no surprise
- `manifest`: dbt's manifest: where it lies, and how it is made
- `results`: what a suite of expectations found in a mart
- `suites`: one suite a published mart, and two on vendors' own history
- `validation`: running the suites over the published marts
"""
