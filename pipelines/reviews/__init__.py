"""Renewal reviews: what the house advises, by which route, what was decided by whom, and what nobody decided.

Pages that show it are in `dossiers`; scores that it rests on in `scores`. Advice rests on *breach shown* or a gate,
never on points alone.

- `conclusion`: a kind of conclusion and the figures of its sentence
- `decisions`: what may be decided by whom, on which dossier
- `decision_table`: the published table of recommendations, as data (`decision_table.yaml`)
- `desk`: where a person decides and confirms, from the terminal or from a page: the steps are the same
- `exposure`: what findings could cost, by legal provision (`provisions.yaml`), for counsel alone
- `own_findings`: what of renewals the advertiser owes itself: dates that passed without a decision
- `recommendations`: what is advised for a vendor, why, on which conditions
- `records`: decisions in the registry
- `routes`: how it is done: notice, formal notice, termination, suspension of a form, and how long each takes
- `written_dossiers`: dossiers as they lie there: what each advised, and the digest by which a decision names it
"""
