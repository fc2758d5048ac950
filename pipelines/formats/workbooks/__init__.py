"""Workbooks, XLSX, XLS and ODS: what they would take in memory, and their rows.

Where the header of rows of cells stands is in `formats.table_edges`.

- `binary_sizes`: what an XLS workbook (BIFF) would take in memory, told from its records before a parser opens it: an
  upper bound
- `compound_files`: compound files (OLE2), the shell of `.xls` and of workbooks with a password: their streams and the
  bytes of each
- `kind`: XLSX, XLS and ODS as one kind of file
- `preparation`: zipped workbooks as the parser should see them; formulas without a value
- `reader`: workbooks (XLSX, XLS, ODS) to text by column: one sheet, found by its header
- `zipped_sizes`: what an XLSX or ODS workbook would take in memory, told from its bytes before a parser opens it
"""
