"""What the UI shows as failed: our faults and the vendors', found in what is published.

Checks as Dagster knows them are in `assets.checks`.

- `column_drift`: how a delivery's columns differ from those of the vendor's last accepted delivery: missing, renamed,
  added, re-typed
- `column_readings`: drifts of columns, worked out from the published lake: few partitions read
- `conservation`: conservation, counted from the published files alone: no row of an accepted file is lost, none is
  invented
- `delivery_faults`: what vendors did wrong with whole deliveries, one phrase each: missing, late, refused
- `schema_faults`: whether what was published is what was promised: file by file the Arrow schema, row by row the
  Pandera model
"""
