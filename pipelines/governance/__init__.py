"""What an advertiser must ask and agree beyond deliveries: questionnaire, clauses, audits, and what is missing of them.

What a contract's own terms mean is in `contracts`; how deliveries keep to them in `verdicts` and `scores`.

- `accepted_risks`: what the advertiser knows to be missing and accepts for a time
- `checklist`: the questions to a vendor and the clauses of a contract, each with what it rests on
- `due_diligence`: what a vendor answered, on which evidence, and which audits were done, as its file says
- `tender`: what a candidate answered in a tender, as its file says, and what that is worth
- `tender_grid`: the criteria by which candidates are compared, each with what it rests on
- `vendor_review`: what is missing of a vendor's file and contract on a date
"""
