"""One vendor's days judged, explained, claimed for, and due again.

What the rules mean is in `rulebook`; what they cost a vendor in `scores`.

- `changes_said`: what a house changed of the shipped rulebook, in words
- `claims`: the money: what can be claimed of a vendor on a civil date, at which price, and what expires next
- `company_names`: whether two names are one company's: accents, capitals, signs, spaces and legal forms aside
- `day_terms`: what a contract means for each day to judge: instants, limits, forms
- `days_behind`: the published days behind the judgement of one: those that hold a row which it can meet
- `due_days`: which days are due for another word at an instant
- `examples`: the cards' own examples, run on an engine: each must come out as its card says, without needs or
  deadline
- `explain`: why a lead was judged as it was: every rule, its inputs, its outcome, in words
- `explained_words`: an explanation as people read it: the verdict first, then what decides it
- `job_functions`: whether a person's function in a company is one that a contract names: accents, capitals and further
  words aside
- `judge`: one vendor's days, judged: lake and contracts in, published tables out
- `judged_tables`: what a judgement comes to: the published tables, day after day, and what is noted of each day
- `kept_law`: the rules and contracts that days were judged by, kept by digest
- `missing_parts`: what an undecided rule lacks, under a vendor's own column names and in words
- `owed`: what is owed of an accepted lead by its contract: payable, claimable or replaceable
- `replaced_days`: final days that a run replaced, and what made them come out otherwise
- `steps_run`: the steps of a judgement, run in a session: in portions, and none kept that nobody reads again
- `uses_now`: the clock *today*: may a lead be contacted now, until when, and why not
- `working_days`: until when a person who asked to be called back may be
"""
