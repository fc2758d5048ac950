"""The law as data: rule cards, their catalogue, the language of the cards, and the statements that they become.

Runs nothing: statements are run by `verdicts` on an engine.

- `announced`: the rules that vendors were last told of, kept in one file
- `card`: one rule card: what its file may say, and how the rulebook reads it
- `catalogue`: the rule cards together: loading, order, digest
- `catalogue_text`: a catalogue as one text: of the rules that days were judged by, and of those last told to vendors
- `checks`: how cards must fit together and with the dossier: references, cycles, examples
- `compiler`: cards become columns: for each rule the SQL of its outcome, its attribution and its facts
- `counting`: what the outcomes of rules come to: verdicts, scorecards, which leads are rated
- `expressions`: the language of the cards: what an expression may say, checked against the dossier before it may
  judge anybody
- `finding_rows`: findings as rows: a dossier beside what its pattern found, with each rule's own words for it
- `judgement`: the judgement as a list of statements: dossier, outcomes, the proof that counts, verdicts, findings,
  scorecards
- `lead_dossier`: the columns of the lead dossier: what rules may read, where each comes from, and which delivered
  field it stands for
- `missing_facts`: which delivered facts an undecided rule lacks, as SQL, named by the fields that they fill
- `needs`: what blocking rules ask for before any lead that rests on consent can be usable
- `overrides`: what a house changed of the shipped rulebook, why, and who decided it
- `own_words`: cards that decide by their words alone, always or never, or ask what another one asks
- `parameters`: law parameters that change with time: dated values, each with its reference
- `patterns`: what all rules of a grain say, together: settled and told apart once a combination
- `precedence`: consent against opposition, case by case, as counsel reads it
- `references`: when two references of a vendor are one: the key of a `lead_id` or `consent_id`, in SQL
- `rule_table`: the table `rules`, and where the outcome of each rule is packed
- `standing_fails`: which fails stand at the vendor's account, with what corrections turned of them, in SQL
- `steps`: a step of the judgement: a statement, in portions where it joins much, and who reads which table last
- `use_states`: what stands of each lead use: verdict, rules, and in what its lead counts against the vendor, in SQL
- `uses_now`: lead uses on the clock *today*, as one query: verdict, until when it holds, which rules stand against it
- `yaml_files`: YAML files of the rulebook with the line of each key, and problems found in them
"""
