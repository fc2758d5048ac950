"""What becomes of delivered files and rows: the published tables.

The last package that knows a clear identifier. Leads are judged in `verdicts`.

- `absences`: which days can be done, and which are left as they are because something of ours is away
- `acceptance`: which rows become leads and consent proofs, which do not and why, and the columns of those that do
- `attributes`: what a lead's values say of themselves: kinds of address and number, fillers
- `blocks`: the rows of many files in blocks of bounded size: small files are gathered, across days, and large ones
  cut
- `clocks`: when a delivery was complete, and which files have a clock of their own
- `date_orders`: whether the dates of a column may have been written month first where the contract reads the day
  first, or contrary
- `days`: the intake of one vendor's deliveries: files in, the published tables out
- `days_to_read`: which days of a vendor an intake has to read, given those it was asked for
- `delivered`: delivered text before it is read: cleaned, and NULL where nothing is said
- `fields`: delivered text of one role's rows to typed canonical columns, field by field
- `files`: what becomes of each delivered file: reading, repetition
- `headers`: whether a file that was read has the columns that its contract declares
- `list_elements`: a delivered list, in one text, as its elements
- `made_from`: what a day's published tables are made from beside the program: everything that an intake reads, as one
  digest
- `objections`: what can be told of a refusal or withdrawal in a proof row that can't be accepted
- `opened_files`: the files of a delivery with their roles, and which of them count: claimed, corrected, replaced,
  superseded
- `refusals`: rejected rows: every reason of every row, with the column and what was expected in words, never a value
- `refused_references`: references for which leads were refused: the day's proofs do not keep them either
- `rejected_lines`: how many lines the rejected rows of a file are told in, whatever was delivered
- `roles`: as what a delivered file is read, by its name: leads, proofs, both, a manifest
- `rows`: what became of the rows of some days, in the order in which they are published; and which leads are repeated
- `tables`: the intake's published tables: what files and rows became, in the columns, types and order of the schemas
- `unknown_words`: words of closed vocabularies that nobody knows: how many rows of each file hold one, and those that
  may be shown
- `values`: delivered text to typed values, one canonical field at a time: words, flags, lists, instants, references
- `vendor`: the intake of one vendor's days, from inbox folders to published tables
"""
