"""JSON Lines and JSON documents: their rows, and what a path finds in them.

What the text of a value means is read in `intake`.

- `kind`: JSON Lines and JSON documents as one kind of file
- `reader`: JSON Lines and JSON documents to text by column
- `rows`: the rows of a JSON text, one parsed object each, without holding the text
- `values`: JSON texts to values: no digit is lost, no name stands twice
"""
