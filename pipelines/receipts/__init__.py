"""What a vendor is told of a delivery, and when that counts.

Sentences are in `wording`.

- `facts`: receipts of judged days, worked out by the engine: heads and lines
- `lines`: the statements that make the lines of receipts, in order
- `notices`: notices to a vendor: when a receipt that was prepared counts as told
- `outbox`: the outbox: files prepared for vendors, and what vendors dropped back beside them
- `receipt`: what a receipt tells a vendor of one delivery, and what it keeps to itself
- `records`: receipts in the registry: prepared, sent, acknowledged
- `summaries`: the summary of a receipt: plain text that fits in an e-mail, fewer than 60 lines whatever the delivery
- `texts`: what a line of a receipt says in words: what is wrong and what would mend it, in French and English
- `told_defects`: what a receipt tells of leads that failed a rule, in counts
- `told_records`: the same in the registry, for good
- `writer`: receipts written into the outbox, a CSV and a JSON for each judged delivery, with their summaries
"""
