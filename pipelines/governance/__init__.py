"""What an advertiser must ask and agree beyond deliveries: questionnaire, clauses, audits, and what is missing of them.

What a contract's own terms mean is in `contracts`; how deliveries keep to them in `verdicts` and `scores`.

- `checklist`: the questions to a vendor and the clauses of a contract, each with what it rests on
- `due_diligence`: what a vendor answered, on which evidence, and which audits were done, as its file says
- `vendor_review`: what is missing of a vendor's file and contract on a date
"""
