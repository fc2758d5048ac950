"""Electronic invoices to text: UBL 2.1, CII, and Factur-X, which is CII in a PDF.

Invoices come from vendors, so their XML is a stranger's: no document type, no entity, nothing fetched, lines streamed,
and all of it in the reading process. What the texts mean, and whether they are owed, is in `pipelines.invoices`.

- `bearers`: the XML of an invoice, as a file of its own or carried by a PDF
- `invoice_text`: what a reader gets out of an invoice: its fields, its taxes and its lines, as text
- `reader`: one invoice to text, refused with a reason
- `syntaxes`: where UBL and CII write the fields of the European standard
"""
