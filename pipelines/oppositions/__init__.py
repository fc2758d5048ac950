"""The opposition registry: its lines, its records, its snapshot in the lake.

Whether a lead meets one is judged in `verdicts`.

- `columns`: opposition files, many lines at once: plain lines become columns, all others are left to `lines`
- `events`: what the registry came to hold since an event, event by event
- `identifiers`: identifiers of an opposition file, by the readers that leads are read by, as keys
- `imports`: oppositions on their way into the registry: staged, then merged, all or nothing
- `layouts`: how an opposition file is laid out: which of its columns is which of ours, and what stands for those it
  lacks
- `late_entries`: entries that are imported with an earlier date: which final days they would change, and which no run
  has read yet
- `lead_keys`: under which keys a lead can meet an opposition
- `lines`: one opposition file, line by line: what is good becomes an `OppositionLine`, what is bad a `RefusedLine`
- `profiles`: exports that opposition files often are: which of their columns is which of ours, and the page that says
  so
- `records`: the opposition registry: what it holds, and what is new in it
- `snapshot`: from the registry into the lake: the oppositions' snapshot, one file a civil day of recording
- `snapshot_note`: what is known of the snapshot: which registry it is of, up to where, and each file's digest
- `uncompared`: which published leads were never compared with hashes that others made
- `unmet_lists`: hashed lists that meet no lead, which a spelling that nobody foresaw explains better than chance
"""
