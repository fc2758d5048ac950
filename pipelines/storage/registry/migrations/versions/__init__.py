"""One module a revision, in the order of their numbers.

What they make is described in `storage.registry.tables` and `vendor_tables`.

- `v0001_oppositions_and_scores`: oppositions, their shares with vendors, and vendors' scores
- `v0002_bands_states_grades`: what stands beside a score: its band, state and grade
- `v0003_identity_keys_and_purges`: which secrets keyed what is stored, what was purged when, and who looked into the
  vault
- `v0004_receipts`: what was told to vendors: receipts prepared, sent and acknowledged
- `v0005_alias_keys`: the key of an e-mail's alias beside that of an opposition
- `v0006_registry_identity`: which registry this is, and who accepted it in place of another
- `v0007_exports_and_answers`: which call lists were handed out to whom, and who asked about a number
- `v0008_go_live_decisions`: who decided that a vendor goes live, or not
- `v0010_review_decisions`: what was decided at renewals, and confirmed
- `v0011_corrected_scores`: scores that others replaced
- `v0012_disputes`: what vendors dispute of findings, and what was decided of it
- `v0013_questionnaires`: questionnaires by link, and what vendors stated
- `v0014_seeded_entries`: which numbers of the house's own were put into which call list
- `v0015_told_defects`: what each receipt told of leads that failed a rule
"""
