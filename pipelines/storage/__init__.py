"""What lasts: the lake, the registry (`registry`), and what is encrypted or keyed (`secrets`).

What is kept there, and for how long, belongs to the subjects and to `upkeep`.

- `digests`: digests of files as the house notes them: SHA-256, lower-case hex
- `file_states`: whether a file is still what it was: a look at what the system notes of every change, instead of at
  all its bytes
- `folders`: folders that others write to as well: read without following a link, written without going through an
  existing name
- `inboxes`: the inbox, and what is ours about it: records of each delivery folder, in a state folder where no vendor
  writes
- `kept_corrections`: the rows of `corrections` as they are kept: only ever added to, checked by digest, and which of
  them still correct
- `kept_counts`: what was counted of a vendor's days, kept beside the lake's tables until a day is published anew
- `lake`: the Parquet lake: partitions replaced whole, trusted by digest, written by one writer per vendor at a time
- `lake_health`: what of the lake is not as it was published: files that are gone, changed or cut off, folders that
  nobody made
- `markers`: which days of a vendor have a partition, and whether its files are still those that were seen
- `noted_files`: files with their digest in a note beside them: those that are replaced whole, and belong to no marked
  partition
- `opposition_rows`: the registry's snapshot in a session: a small one is read once in a process, not once a vendor
- `outcome_notes`: what published partitions were made from: where all of that is as it was, nothing is made anew
- `program_digest`: which program makes what is published: one digest of its code, its data and all that is installed
  beside it
- `registry/`: The SQL database of the house
- `secrets/`: What is encrypted or keyed, and with which secrets
"""
