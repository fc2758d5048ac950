"""Who may be contacted now: the table of usable leads, call lists for people, and answers about one number.

How a use is judged is in `verdicts.uses_now`; here is whose leads are looked at, what is handed out, and what is noted.

- `answer_log`: answers noted before they are given, of a question and of a stream
- `answers`: may this number or address be contacted: the leads that bear it judged now, and the oppositions to it
- `asked_lines`: the lines of a descriptor as they come
- `call_list`: the lines of a call list: whom they are about, until when they hold, and the file that is read
- `exports`: call lists handed out: noted, then kept and written, encrypted; removed after some days
- `heard`: what was said to the registry since everything was judged
- `held_persons`: one vendor's held leads, judged once, and their persons found by key
- `judged_aside`: what is held judged in a process of its own, while answers go on
- `kept_open`: answers that stay true while they are asked for: heard, and judged anew beside the answering
- `key_index`: rows of a table found by an identity key
- `open_answers`: the same answers in milliseconds, from what was judged once
- `records`: what the registry notes of exports and answers: who, when, what for; no person
- `revocations`: which lines of a call list may no longer be used, judged anew
- `seeded_lists`: which of the house's own numbers go into which call list, and which lists one was put into
- `seeds`: the house's own numbers and addresses: the file that says whose they are, and lines made like others
- `signs`: files that judging reads, by size and time of change
- `today`: the leads that the house still holds, judged at one instant, vendor by vendor
- `usable_table`: the table `usable_leads`: published as one file, and whether it still says what is known
- `watch`: what changed of vendors and rules since the last look
"""
