"""Delimited text: its dialect, its records, its header, its rows.

Other text is in `formats.json`.

- `dialects`: how a delimited text tells its fields apart: delimiter, quote, escape
- `header`: where the header of a delimited text stands, and where its data end
- `kind`: delimited text as a kind of file
- `quoting`: quotes that are not as they should be: blanks beside them, a delimiter lost before them, backslashes within
  values
- `reader`: delimited text to text by column, in chunks
- `records`: where the records of delimited text begin and end
- `repeats`: lines of the header that stand in a text again, whichever way they are quoted there
- `survey`: one look at a whole delimited text before its rows are read: encoding, header, and what is no row of the
  data
- `together`: many small delimited files read at once, where that gives exactly what reading each of them alone gives
"""
