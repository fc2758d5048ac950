"""An independent judge: the law of the rule cards read a second time, slowly, in plain Python, one case at a time.

Written from `legal.md`, the review of the catalogue and the *words* of the cards, never from their SQL; every reading
names its source. Nothing of `pipelines` is imported, and no reading of the sample market's. Three answers: true, false,
and None, which is unknown and never a pass.

- `answers`: what true, false and unknown come to together
- `bases`: on which legal basis a bought lead may rest, and what proves each
- `cases`: the facts of one case, and whom it is judged as
- `conformity`: what the contract ordered, and what of a delivery can be read
- `consent`: when, by whom and for what a consent was given
- `electronic`: e-mail, SMS and automated calls
- `forms`: what the person saw, by our review and by the vendor's own word
- `governance`: what we decided ourselves before we use a vendor
- `opposition`: who said no, when, and to what, and a yes after it
- `outcomes`: from readings to outcomes, and from outcomes to a verdict
- `paris`: civil dates, calendar years, holidays
- `phone`: calls to consumers since 11 August 2026
- `proofs`: the record of a consent
- `quality`: values that are nobody's
- `readings`: which readings there are, and when, where and for whom each text is in force
- `sectors`: trades in which canvassing is banned, or bound
"""
