"""What a word, a canonical field, a published table and an instant mean, and the names that people give to columns.

Data and types. No file is read here, and no row.

- `bilingual`: A sentence in both languages of the house
- `clock`: the civil clock of the house: Europe/Paris dates, UTC instants, and the tick at which days are judged
- `column_names`: how near column names are: to each other, and to the canonical fields
- `column_synonyms`: how vendors name the canonical fields, and the words of closed vocabularies, in French and
  English
- `fields`: the canonical fields of leads and consent proofs
- `file_formats`: the file formats that vendors deliver: what contracts call them, and how names of such files end
- `tables`: the published tables of the lake: one Pandera model a table, one description a column
- `words`: the closed vocabularies: channels, outcomes, severities
"""
