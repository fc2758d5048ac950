"""What vendors invoice, held against what they delivered: due, disputed or open, line by line, and why.

Each line is matched with the leads of the deliveries that it names, what was judged of them, and the contract's price
(`verdicts.claims`). Amounts are exact, in cents. Files are read in `formats.invoices`.

- `arithmetic`: whether an invoice's totals and taxes follow from its lines
- `causes`: why an amount is disputed or open, and what an invoice's answer is called in the French reform
- `checked`: one invoice checked: amounts by cause, and the answer
- `checking`: a file of an invoice checked, and what is told of it written
- `claims_csv`: what is disputed, as a table for people
- `delivered`: leads that were delivered, alike ones together, and those that lines name
- `invoice`: an invoice in our own types, read from its texts
- `kept`: invoices that were checked before, so that nothing is paid twice
- `ledger`: what of the delivered leads is not invoiced yet
- `lifecycle`: the answer as a CDAR message
- `matching`: a line against deliveries, verdicts and contract price
- `page`: an invoice checked, on one page
"""
