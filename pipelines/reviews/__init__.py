"""Renewal reviews: what the house advises, by which route, what was decided by whom, and what nobody decided.

Pages that show it are in `dossiers`; scores that it rests on in `scores`. Advice rests on *breach shown* or a gate,
never on points alone.

- `conclusion`: a kind of conclusion and the figures of its sentence
- `decision_table`: the published table of recommendations, as data (`decision_table.yaml`)
- `recommendations`: what is advised for a vendor, why, on which conditions
- `routes`: how it is done: notice, formal notice, termination, suspension of a form, and how long each takes
"""
