"""The sample market: what vendors would send, and the truth about it, made without the rulebook.

Knows `vocabulary.words` alone, so that its truth is independent of the product.

- `acceptance`: which files and rows of the market are accepted, and why the others are not: a plain reading of
  appendix A
- `clocks`: when lead files count as delivered: with their day's delivery if they were on time, else by their own
  arrival
- `contracts`: contracts of the market's vendors as files of the Open Data Contract Standard, the annex of the legal
  contract
- `dates`: dates that a tool wrote month first although the contract says day first, and whether a file gives it away
- `decorations`: what stands around identifiers in vendors' files: prefixes, brackets, notes and wrappers that leave one
  meaning
- `defects`: every defect by name, in the order in which they strike a draft
- `deliveries`: A vendor's days: when each delivery arrives, into which files its drafts go, and what goes wrong with
  whole files
- `disguises`: how a vendor dresses a consumer up as somebody whom fewer rules protect: as a company, or as one who
  asked to be called
- `drafts`: A lead while it is being invented: its row, the consents behind it and the objections of its person
- `file_habits`: what vendors' tools do to whole files: titles, totals, other dialects, packing
- `form_defects`: what can be wrong with how data was collected and passed on, as the vendor itself tells it
- `forms`: the collection forms of the market's vendors and what the advertiser wrote when it reviewed them
- `invoices`: electronic invoices of the sample market's vendors, in UBL 2.1 and CII
- `known_facts`: what was known of each lead by the proof deadline: the proof that counts, refusals, withdrawals,
  objections, others
- `law`: what is wrong with each lead use, by the law and the contracts: a second reading, made without the rulebook
- `law_of_bases`: what the law asks of whoever rests on something else than consent, and of what is sold: more of the
  second reading
- `law_of_forms`: what the law asks of what persons are shown and told, and of the record of it: more of the second
  reading
- `layouts`: how each vendor writes its files: columns, words, zones and dialects
- `lead_defects`: what can be wrong with a lead row: unreadable values, repetition, age, channels and claimed bases
- `market`: the sample market, whole: drawn from a seed, written into a home folder, with the truth about it
- `market_facts`: the facts of the sample market: what vendors, contracts, forms, files and rows are
- `noes`: what may tell that a person said NO to a vendor though its row of proof was rejected
- `objections`: persons who objected and are sold all the same: what our opposition registry knows, and since when
- `people`: invented persons, and the many ways in which vendors spell an e-mail or a phone number
- `proof_defects`: what can be wrong with a consent or its proof: absent, late, refused, withdrawn, incomplete, old,
  somebody else's
- `protection`: as whom the law protects the person of a lead row, whatever the vendor says of it
- `record_keeping`: what a reader who doubts sees in a vendor's records: two that contradict each other, dates that suit
  the vendor
- `row_reasons`: what is wrong with one row of the market: why it can't be accepted, and which of its cells nobody can
  read
- `spelling_defects`: what a vendor writes in words and orders that its contract did not foresee: its NOs above all
- `truth`: what is wrong with the market at the proof deadline: when each rule is asked, and every finding that
  follows
- `vendors`: the vendors of the sample market: contracts, habits and vices
- `writers`: the bytes of delivered files: CSV dialects, JSON Lines, XLSX and Parquet, whole or broken
"""
