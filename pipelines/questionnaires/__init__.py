"""Questionnaires that a vendor answers by an expiring link, without an account.

What comes by the link is the vendor's statement, kept as it was said. It is no evidence and answers nothing by itself:
a person judges it and writes what holds into the vendor's file (`governance.due_diligence`).

- `links`: a link's token: how it is made, and what of it is kept
- `records`: questionnaires, their revocation and statements in the registry
- `statements`: what a vendor states, and what may be kept of it
- `yaml_draft`: statements as lines of the vendor's file, for the person who judges them
"""
