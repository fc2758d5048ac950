"""The house on an object store: the store holds the truth, each machine works on a copy of it in plain folders.

What the copy holds, and how it is written, belongs to `storage` and to the subjects; none of them knows the store.

- `bucket`: the few requests that are made of a store, and its refusals in words
- `generations`: what is published of one writer: its files by digest, as one object that never changes
- `heads`: one small object a writer, replaced by conditional puts alone: which generation counts, and who may write
- `health`: what the store holds of whom, what of it is damaged, and what nothing names any more
- `local_copies`: what a machine's folders hold of a writer, compared with a generation, and brought to it
- `parts`: which folders of the house belong to which writer
- `shown_outboxes`: what vendors see of their outbox
- `store`: writing under a lease, pulling, pushing
- `uploads`: what vendors put into the store: taken over once, with the instant at which the store had it
"""
