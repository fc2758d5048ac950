"""Bytes of a file to text by column, refused with a reason. One room a kind of file.

Knows no inbox and no seal: bytes come as a `Source`. What a text means is read in `intake`.

A new format is a line in `vocabulary.file_formats`; where no kind reads it yet, also a room with a `kind` and a reader,
its place among `kinds.KINDS` and its line below.

- `delimited/`: Delimited text
- `file_kind`: what a kind of file registers: how it is known by its bytes, read, and outlined where no contract
  describes it yet
- `invoices/`: Electronic invoices to text: UBL 2.1, CII, and Factur-X, which is CII in a PDF
- `isolated/`: Readers in a process of their own, where a file that breaks, stops or overfills one does no harm
- `json/`: JSON Lines and JSON documents
- `kinds`: of what kind a file is, by its first bytes: what they say wins over the contract and over the name
- `limits`: how much a delivered file may hold
- `packings`: what is packed, unpacked as it streams and counted on the way: gzip, Zstandard, and the members of a ZIP
  archive
- `parquet/`: Parquet
- `plain_files`: a plain file that lies in a folder where others write, for the reading process
- `raw`: what a reader gets out of a file: rows as text by column, in chunks
- `readers`: one delivered file to text by column
- `shifted_names`: whether the values of a table stand one column further on than their names: its header is one name
  short
- `source`: where a reader's bytes come from
- `table_edges`: the edges of a table: where its header is, and which rows are titles, the header again or totals
- `text_encodings`: in which encoding a file is, decided over all of its bytes, and its text as UTF-8 in blocks
- `values_as_text`: typed values of JSON documents and workbooks as text, without losing a digit
- `workbooks/`: Workbooks, XLSX, XLS and ODS
"""
