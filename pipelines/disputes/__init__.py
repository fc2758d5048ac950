"""What vendors answer to findings, what a person makes of it, and since when each defect is known to whom.

A dispute is a vendor's word: it changes nothing by itself. Where a person accepts it, `comparisons.accepted_disputes`
gives back what the finding charged; the verdict stays, since the person in the lead is not protected by what two
companies agree on. Statements may hold personal data: they are kept encrypted, and read by `opposable disputes show`.

- `answer_files`: which files are answers, and the digest each is known by
- `answer_rows`: the rows of a file of answers: what each must hold, and why one is no dispute
- `answers`: a vendor's folder of answers, taken in
- `decisions`: what may be decided of a dispute
- `dispute`: one dispute, and what was decided of it
- `kept_answers`: statements and evidence as they are kept: encrypted, by digest
- `kept_waits`: what of the clock waits, kept for lists of dates
- `knowledge_clock`: since when each blocking defect is known to whom, and what waits too long
- `policy`: how long things may take where a contract is silent
- `records`: disputes and decisions in the registry
- `replies`: what the vendor is told of its answers
- `reply_period`: how long a vendor has to answer
- `shown_evidence`: evidence that a file of answers names, read and kept once
- `told_before`: when receipts told each defect, and when one notified the vendor of it
- `told_findings`: findings that receipts told, as a vendor can name them
- `vendor_clock`: the knowledge clock of one vendor, from what is kept of it
"""
