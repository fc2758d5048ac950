"""Whole columns of values at once: a function once per distinct value, patterns, external sorts.

Knows no subject: what a column means belongs to whoever asks.

- `in_order`: work of several threads whose results come in the order in which it was given, or of one beside another
- `matches`: whole columns of texts at once: which hold the part beside them, which are its digest
- `memory_shares`: how the memory that a run may take is shared out
- `nesting`: how deep parsed JSON may nest: one bound, wherever it is read
- `sorted_rows`: rows in the order of their day and some keys, however many there are: an external sort over Arrow
  tables
- `sorted_run_files`: sorted rows that are set aside on disk while a vendor's days are taken in
- `spreadsheet_cells`: cells that a spreadsheet opens as what they are: no text becomes a formula
- `values`: columns of values: their Arrow types, and a function called once for each distinct value
- `without_frames`: Arrow in a program that makes no frames: it looks for pandas once, and need not load it
"""
