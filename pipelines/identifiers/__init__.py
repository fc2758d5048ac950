"""E-mails, phones and names of persons: canonical forms, keyed hashes, what may be shown, what must be cut.

The only package that says what looks like a person. Secrets are kept in `storage.secrets`.

- `email_kinds`: what an e-mail address is by its form: of a throw-away service, of a function in a company, or
  ordinary
- `emails`: E-mail addresses in their canonical form, and the alias under which tags and Gmail's dots do not count
- `errors_without_values`: errors that could quote a person's identifier, made into errors that do not
- `hidden`: identifiers of persons in fields that are for something else: found and cut
- `keyed_hashes`: the keyed hashes that stand for identifiers
- `other_forms`: other forms under which others may have hashed a lead's e-mail or phone
- `phone_kinds`: what a phone number is by its numbering plan: its kind, and its country or territory
- `phone_plans`: the numbering plans: which numbers exist behind a country code, and which of the French plan's are
  overseas
- `phone_texts`: phone numbers as vendors write them, without what spreadsheets, forms and fonts put around the digits
- `phones`: phone numbers in E.164, with the French overseas territories resolved
- `placeholders`: fillers: what is typed in, or put in by a machine, so that a field is not empty
- `shown_names`: names that vendors chose, of columns and files, as they may be kept: without identifiers of persons
- `spellings`: how e-mail addresses, phone numbers and a row's own names are spelled inside one text, and cut out of
  it
- `traces`: patterns (RE2) of what may hold an identifier: each lets through all that `spellings` cuts, and some more
"""
