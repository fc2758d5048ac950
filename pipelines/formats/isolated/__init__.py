"""Readers in a process of their own, where a file that breaks, stops or overfills one does no harm.

The parent verifies, opens and unseals; the child unpacks and reads, and knows no key, no folder and no setting. A child
that ends before a file does, takes too long or too much memory refuses that file, and the next one is read.

- `answers`: what a child answers, as bytes: figures as JSON, rows as Arrow streams; nothing in it is run
- `bounds`: what a reading process may use, set by itself before it reads
- `bytes_handed_over`: a file's bytes in the other process: by its descriptor, or read for it
- `child`: the parent's end of a reading process: started, asked, waited for so long and no longer, and ended
- `desk`: who asks which child: one for each process of ours, begun when first needed and anew after a death
- `main`: the reading process
- `readers`: files read elsewhere, as `formats.readers` and `delimited.together` read them here
- `requests`: what a child is asked for
"""
