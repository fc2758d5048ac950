"""Bytes of a file to text by column, refused with a reason. One room a kind of file.

Knows no inbox and no seal: bytes come as a `Source`. What a text means is read in `intake`.

- `delimited/`: Delimited text
- `header_rows`: where the header stands in rows of cells, and which later rows are no data: for workbooks
- `json/`: JSON Lines and JSON documents
- `kinds`: of what kind a file is, by its first bytes: what they say wins over the contract and over the name
- `limits`: how much a delivered file may hold
- `parquet`: Parquet to text by column, a batch of rows at a time: instants in ISO 8601, whole numbers without `.0`
- `raw`: what a reader gets out of a file: rows as text by column, in chunks
- `readers`: one delivered file to text by column
- `source`: where a reader's bytes come from
- `text_encodings`: in which encoding a file is, decided over all of its bytes, and its text as UTF-8 in blocks
- `values_as_text`: typed values of JSON documents and workbooks as text, without losing a digit
- `workbooks/`: Workbooks, XLSX, XLS and ODS
"""
