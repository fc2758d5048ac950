"""What the UI shows as failed: our faults and the vendors', found in what is published.

Checks as Dagster knows them are in `assets.checks`.

- `column_drift`: how a delivery's columns differ from those of the vendor's last accepted delivery: missing, renamed,
  added, re-typed
- `column_likeness`: references that look like what another column holds: a column moved, or was mapped by mistake
- `column_readings`: drifts of columns, worked out from the published lake: few partitions read
- `conservation`: conservation, counted from the published files alone: no row of an accepted file is lost, none is
  invented
- `day_states`: what is known of each day of a vendor: whether it came, was judged, and what checks last said of it
- `delivery_faults`: what vendors did wrong with whole deliveries, one phrase each: missing, late, refused
- `faults`: what a check found wrong with one delivery, in words
- `results`: what each check last said of each delivery: kept in the lake, one file a vendor, so that no later run hides
  it
- `schema_faults`: whether what was published is what was promised: file by file the Arrow schema, row by row the
  Pandera model
- `unknown_words`: columns whose words nobody knows, delivery by delivery: read in no row, and mended by a line in the
  contract
"""
