"""The program `opposable`: one module a command. Commands parse, call, print.

Logic belongs in the subjects; runs that commands start are in `runs`.

- `accept_registry`: a person says that another registry takes the place of the one before
- `agenda`: the dates of all vendors on one list, and as a calendar
- `asked_texts`: numbers and addresses that a command asks about, from standard input
- `candidates`: vendors compared before they are bought from, and which of them go live
- `checks`: what the checks last said of each vendor's deliveries
- `contracts`: what is wrong with contracts, a first draft of one, and how files drift from what they were
- `control_file`: what an inspection asks for over a period, as HTML and PDF
- `contracts_review`: what is missing of a vendor's file and contract
- `demo`: the sample market, end to end: simulate, import the oppositions, reconcile, show the scores
- `dev`: the Dagster UI on the home's instance, on 127.0.0.1 only
- `disputes`: what vendors answer to findings, and what a person makes of it
- `docs`: the pages of `docs/` that are made from the code, written anew
- `explain`: the vendor's and the DPO's first question, answered rule by rule
- `export`: a call list for a named recipient, judged at the moment, and what of one may no longer be used
- `export_seeds`: the house's own entries in call lists, and which lists one was put into
- `final_days`: what is said of final days: those that late entries would change, and those that a run replaced
- `invoices`: what vendors ask for, held against what they delivered and what was agreed
- `keys`: the secrets under which identifiers are keyed, looked at, checked and changed
- `opposition_files`: opposition files on their way to the registry: opened by the readers of deliveries, laid out,
  read into lines
- `opposition_options`: options of `opposable oppositions import` for files of other headers than ours, and the layout
  that they tell
- `lake`: whether the lake is what was published, and what is damaged made anew
- `may_call`: may this number or address be contacted now
- `oppositions`: the opposition registry from the terminal
- `receipts`: what was told to vendors, and when it counts as told
- `reconcile`: a range of deliveries taken in, judged and scored, as Dagster runs
- `replay`: past deliveries judged again, as they were or as we know now
- `retention`: delivered files sealed, and what is due removed, from the terminal
- `questionnaire`: questionnaires that vendors answer by an expiring link
- `review`: what a person decides at a renewal, on which dossier, and who confirmed it
- `rules`: the rulebook for people, and its check
- `rules_diff`: what past deliveries would be under other rules
- `rules_notices`: `opposable rules notices`, which announces changed rules to vendors
- `runs`: dagster runs started by the program: the same jobs as in the UI, on the same persisted instance, in this
  process
- `screenshots`: the images of the README, taken in the real UI and of the real pages of a finished demo
- `serve`: the small web app, on this machine
- `shared`: what commands share: the house of the settings, arguments checked, refusals said in one way
- `simulate`: the sample market, written into the home
- `store`: the object store that machines share: what lies there, brought here, published, cleaned
- `ui_server`: the Dagster UI on a throw-away copy of a home, and Chromium before it
- `vault`: one lead's identifiers, for whom may ask, with an entry in the log of readings each time
"""
