"""Everything but the asset definitions: rooms by subject, in floors that import lower ones only.

`docs/design.md` shows the floors; `pyproject.toml` holds them (import-linter).

- `agenda/`: Dates of vendors that a person has to keep
- `arrays/`: Whole columns of values at once
- `canaries/`: Canaries
- `candidates/`: Vendors before they are live
- `checks/`: What the UI shows as failed
- `cli`: the program `opposable`: its commands put together
- `commands/`: The program `opposable`
- `comparisons/`: What would change
- `contracts/`: A vendor's contract
- `control_file/`: What an inspection asks of the advertiser over a period
- `dates/`: Delivered dates and times as instants, and in which pattern a column is written
- `definitions`: the code location: everything that Dagster loads, put together by one function and called by one line
- `deliveries/`: What lies in the inbox
- `disputes/`: What vendors answer to findings, and since when each defect is known to whom
- `dossiers/`: One vendor on one page, all on another
- `drafts/`: A first contract from a vendor's sample files, with questions about what files can't say
- `engines/`: Runs statements over the files of the lake. One interface, one module an engine
- `formats/`: Bytes of a file to text by column, refused with a reason. One room a kind of file
- `governance/`: What an advertiser must ask and agree beyond deliveries
- `handbook/`: The pages of `docs/` that are made from the code
- `house`: what assets need of the house, opened when first used: importing the code location touches no file
- `identifiers/`: E-mails, phones and names of persons
- `intake/`: What becomes of delivered files and rows
- `invoices/`: What vendors invoice, held against what they delivered
- `marts/`: What dbt reads and leaves, and whether it is as promised
- `oppositions/`: The opposition registry
- `orchestration/`: Partitions, jobs, schedules, sensors, and the reference instance
- `paper/`: Pages on paper
- `publishing/`: Verdicts into the lake and receipts into the outbox
- `questionnaires/`: What a vendor states by an expiring link
- `receipts/`: What a vendor is told of a delivery, and when that counts
- `reviews/`: Renewal reviews
- `rulebook/`: The law as data
- `scores/`: Points, what they prove, grades, why they moved; published
- `serve/`: The small web app
- `settings`: every setting, read once from `OPPOSABLE_*` variables
- `simulation/`: The sample market
- `object_storage/`: The house on an object store
- `storage/`: What lasts
- `upkeep/`: What is done to the whole house
- `usable/`: Who may be contacted now
- `verdicts/`: One vendor's days judged, explained, claimed for, and due again
- `vocabulary/`: What a word, a canonical field, a published table and an instant mean, and the names that people give
  to columns
- `wording/`: How the house speaks to people, in French and English
"""
