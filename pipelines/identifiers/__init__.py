"""E-mails, phones and names of persons: canonical forms, keyed hashes, what may be shown, what must be cut.

The only package that says what looks like a person. Secrets are kept in `storage.secrets`.

- `allocations`: which numbers of the French plan lie in a block that Arcep has allocated to an operator: nobody has any
  other
- `bulk_hashes`: SHA-256 and HMAC-SHA-256 of long columns, by DataFusion
- `contained`: plain e-mails and phones inside a delivered one that is bad or decorated, and whom its letters may mean
- `decorations`: what stands around one e-mail address or phone number without changing which is meant
- `digests`: SHA-256 digests as registries write them, and what a text is that is the digest of something else
- `email_kinds`: what an e-mail address is by its form: of a throw-away service, of a function in a company, or
  ordinary
- `emails`: E-mail addresses in their canonical form, and the alias under which tags and Gmail's dots do not count
- `emails_in_texts`: e-mail addresses, anybody's, inside a text, however their at and their dots are written: cut out
  of it, or found
- `escaped_texts`: what may come from outside, as it may be shown on one line: what a terminal would obey is escaped
- `errors_without_values`: errors that could quote a person's identifier, made into errors that do not
- `hidden`: identifiers of persons in fields that are for something else: found and cut
- `kept_words`: our own words that the registry keeps for good: who decided, and why
- `keyed_hashes`: the keyed hashes that stand for identifiers
- `letters_alike`: letters of other alphabets that look like Latin ones
- `likeness`: whether a text holds what looks like a person's e-mail address or phone number, whoever's it is: asked by
  every room
- `look_alikes`: what is written like a phone number and is none: dates, instants, ranges of dates, GUIDs and digests
- `other_forms`: other forms under which others may have hashed a lead's e-mail or phone
- `phone_kinds`: what a phone number is by its numbering plan: its kind, and its country or territory
- `phone_plans`: the numbering plans: which numbers exist behind a country code, and which of the French plan's are
  overseas
- `phone_texts`: phone numbers as vendors write them, without what spreadsheets, forms and fonts put around the digits
- `phones`: phone numbers in E.164, with the French overseas territories resolved
- `phones_in_texts`: phone numbers, anybody's, inside a text, with any signs between their digits: cut out of it,
  or found
- `placeholders`: fillers: what is typed in, or put in by a machine, so that a field is not empty
- `plain_texts`: texts without what hides their signs: encodings, full width, zero width
- `published_spellings`: spellings that public documents prescribe before an e-mail or phone is hashed
- `shown_names`: names that vendors chose, of columns and files, as they may be kept: without identifiers of persons
- `shown_words`: which of a vendor's words may be shown: what nobody knows could be personal data, so only what is a
  plain word is
- `spellings`: a row's own person inside one text: names, number and address in any cut, encoded or hashed, cut out of
  it
- `traces`: patterns (RE2) of what may hold an identifier: each lets through all that `spellings` cuts, and some more
- `uses`: what a text is for: how much in it may look like an identifier of a person by chance
"""
