"""A vendor's contract: typed, read, linted, found on disk; its calendar and cut-off.

What a contract means for one lead use is in `verdicts.day_terms`; a first contract is drafted in `drafts`.

- `approved_forms`: the versions of forms that we reviewed, as a contract lists them
- `book`: contract files on disk: found, parsed and read, with the file, line and column of everything that is wrong
- `calendar`: when a contract expects a delivery: which days are due, until when on the day, and how late leads were
- `contract`: what a vendor's contract says, in our own terms
- `contract_term`: one key that a contract may have, described
- `document`: A cursor over a contract document that reads typed values and collects what is wrong with them
- `file_term_kinds`: what the terms of delivered files can be: globs, formats, delimiters, encodings, zones
- `file_terms`: how a contract describes delivered files: its servers and schema objects
- `lint`: everything that is wrong with a contract, in one pass: its reading, our rules for its terms, the standard's
  schema
- `notice_clause`: the notice clause of a contract: how the vendor is told, and when that counts
- `particulars`: the customProperties of a contract: who buys what, for whom, what is tolerated, refused and reviewed
- `positioned_yaml`: YAML text into plain data, with the line and column of every part
- `reading`: A parsed contract document becomes a typed Contract, or issues that say why it can't
- `reference`: all terms of a contract, with what their readers take and what the lint says of them
- `sectors`: the sectors that a contract may name, and in which of them consumers may not be canvassed
- `service_levels`: the service levels of a contract: deadlines, spans of time, cut-off and calendar
- `stages`: from candidate over pilot to live: whether the leads of a delivery may be used at all
- `standard`: what the Open Data Contract Standard's own JSON schema says against a document
- `standard_versions`: keys of a contract that are younger than the version of the standard that it names
- `usability`: contracts under which no lead can ever be usable
"""
