"""A first contract from a vendor's sample files, with questions about what files can't say.

What is wrong with a contract says `contracts.lint`.

- `assignment`: which canonical field each column of a sample seems to be, by its name and by what it holds
- `contents`: what a column seems to hold, from a sample of its values: shares and counts by kind
- `document`: A drafted contract written down: the Open Data Contract Standard, with what only people can know as
  questions
- `fields`: how a column is written that seems to be a canonical field: types, patterns, words, and what to ask about
  them
- `files`: what samples of a vendor's files seem to be: a contract's file terms with how sure we are, and questions in
  words
- `noted_yaml`: plain data as YAML text with comments
- `samples`: A file of a vendor without a contract, as a sample for one: its dialect, its columns, some of its rows as
  text
"""
