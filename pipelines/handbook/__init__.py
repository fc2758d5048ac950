"""The pages of `docs/` that are made from the code, so that they say what it does today.

Another page is one entry in `pages.PAGES`. Pages for people who judge vendors are in `dossiers`.

- `candidates`: the page of how a vendor goes from candidate to live
- `contract`: the page of a contract's terms, as their readers describe them and the lint speaks of them
- `coverage`: the page of what the law asks and who sees to it, duty by duty
- `decision_table`: the page of what is advised at a renewal
- `dictionary`: the page of published tables, from the tables' own descriptions
- `due_diligence`: the page of what is asked of a vendor and of a contract
- `markdown`: what pages share: templates, tables, values as contracts write them
- `oppositions`: the page of the opposition registry: what an import reads, and which hashes can meet a lead
- `pages`: the pages that are made, by the name of their file
- `precedence`: the page of consent against opposition, case by case, in both languages
- `reasons`: the page of all reasons, made from what is declared of them and from their sentences
- `scores`: the page of the scoring method: its versions, what its bands promise, why a score moves
"""
