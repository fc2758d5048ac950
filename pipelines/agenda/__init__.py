"""Dates of vendors that a person has to keep: on one list, in a calendar, and in a check that warns ahead of them.

Where a date is said is its own room's: terms in `contracts`, answers, audits and accepted risks in `governance`,
decisions in `reviews`, what is known of defects in `disputes`. Nothing here names a person.

- `agenda`: the dates of all vendors, put together and chosen
- `calendar_file`: the list as an iCalendar file
- `contract_dates`: what contracts say: notice, renewal, end
- `due_date`: one date, who keeps it, whether it waits for something, how near it is
- `file_dates`: what vendors' files say: evidence, audits, accepted risks, a candidate's answers
- `knowledge_dates`: what the knowledge clock says: to tell, to decide, to stop
- `said`: dates in words
"""
