"""One vendor on one page, all on another: the model, conclusions, facts, drawing.

Scores are made in `scores`, sentences are in `wording`.

- `accepted_leads`: every accepted lead, alike ones together, for the money of a dossier
- `annex`: exposure by legal provision, a file for counsel alone
- `charts`: the charts of the pages, as inline SVG: the score over time, rates against tolerances, deliveries
- `claim_grounds`: what claims rest on, and the defects that no ground covers
- `conclusions`: what follows from the facts of a dossier: the situation of the vendor, what must be decided, what is
  missing for it
- `correction_lines`: what a dossier says of corrections: how many, why, and at whose account
- `facts`: what a dossier needs of the lake and the registry, counted by the engine
- `disputed_findings`: a vendor's findings for people, with what became of its answers
- `disputes_shown`: what a dossier says of the vendor's answers, and since when its defects are known
- `failed_leads`: leads that failed at the vendor's account, counted for its claims, corrections included
- `findings_csv`: tables for people: CSV that a spreadsheet opens safely
- `late_knowledge`: what of the knowledge clock waits too long, kept beside the checks
- `marks`: small drawings that stand beside text: signs of state, bars in rows, sparklines
- `method_pages`: how scores, grades and recommendations are made, on one page
- `model`: what a vendor dossier and the portfolio show, in domain words: the frozen report model
- `money`: the money of a dossier, by delivery, month and currency
- `pages`: from the report model to pages: one self-contained HTML string each, without script
- `printed`: a dossier as it was written, on paper
- `recommended`: what a dossier shows as the evidence of a recommendation
- `rule_chart`: when each rule is in force, as inline SVG
- `rule_pages`: every rule on one page
- `score_story`: what a dossier tells of a score beside its points: another version of the method, what happened
- `svg`: inline SVG: elements, scales and the frame that every chart shares
- `writer`: the dossiers of all vendors and the portfolio, written to disk
"""
