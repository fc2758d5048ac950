"""Who may be contacted now: the table of usable leads, call lists for people, and answers about one number.

How a use is judged is in `verdicts.uses_now`; here is whose leads are looked at, what is handed out, and what is noted.

- `today`: the leads that the house still holds, judged at one instant, vendor by vendor
- `usable_table`: the table `usable_leads`: published as one file, and whether it still says what is known
"""
