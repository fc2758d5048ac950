"""What a word, a canonical field, a published table and an instant mean, and the names that people give to columns.

Data and types. No file is read here, and no row.

- `bilingual`: A sentence in both languages of the house
- `channel_columns`: yes/no columns, one a channel, that say together what `channels` says as a list, in either role
- `check_tables`: the published tables that checks fill
- `clock`: the civil clock of the house: Europe/Paris dates, UTC instants, and the tick at which days are judged
- `column_names`: how near column names are: to each other, and to the canonical fields
- `column_synonyms`: words in names of columns that mean the same, in French and English
- `field`: what is said of one canonical field in the files of one role
- `field_kinds`: what kinds of values canonical fields hold, and what follows for each: its type in the lake, whether it
  may leave the intake, how it is searched for identifiers of persons
- `field_words`: the closed vocabularies of canonical fields: each of our words, with what vendors write for it
- `fields`: the canonical fields of leads and consent proofs: the one table of what is known of them, and questions put
  to it
- `file_formats`: the file formats that vendors deliver: what contracts call them, and how names of such files end
- `lead_fields`: the canonical fields of leads, in the order in which vendors are told of them
- `proof_fields`: the canonical fields of consent proofs, in the order in which vendors are told of them
- `plain_names`: which names of columns consist of words that say what a column holds
- `reasons`: why a row is rejected, a file refused, a difference or a remark noted: a code with its figures
- `table_columns`: how a published table is described
- `table_models`: published tables as rows are checked against them
- `suggestions`: the known word that somebody may have meant
- `tables`: the published tables of the lake: one Pandera model a table, one description a column
- `verdict_tables`: the published tables that judging fills
- `web_addresses`: web addresses as browsers send them, and whether one is of this machine alone
- `words`: the closed vocabularies, and what else all rooms mean alike
"""
