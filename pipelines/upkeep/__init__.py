"""What is done to the whole house: sealing, purging, rotating secrets.

Where things are kept is in `storage`.

- `faults_of_ours`: errors that say in words of ours what is wrong
- `kept_law_sweep`: which rules and contracts that were kept nothing needs any more
- `made_folders`: folders of what was made for people, and which are due: dossiers, comparisons, checked invoices
- `purges`: the ledger of what was removed: one row an object, nothing that could name a person
- `retention`: the retention run: seals what was taken in, and removes what is due, with a row in the ledger for each
  object
- `retention_clock`: the retention clock: until when each kind of object is kept, and why
- `rotation`: A new identity secret, and everything that was keyed before brought under it: lake, registry, snapshot
- `sealing`: which delivered files are sealed: those whose intake is published and trusted
- `taken_answers`: what vendors left in the inbox of their answers, and which of it goes
"""
