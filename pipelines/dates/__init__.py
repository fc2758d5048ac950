"""Delivered dates and times as instants, and in which pattern a column is written.

No clock: what time it is comes as an argument, what a date means in law is in `vocabulary.clock`.

- `calendar_words`: names of months and days of the week in French and English, long and short, with and without
  accents and dots
- `date_regexes`: what delivered dates and times of a JDK pattern look like, as regular expressions with a group a part
- `fixed_dates`: dates of a fixed width read as a matrix of bytes: many times as fast as a regular expression with
  groups
- `iso_texts`: delivered dates as ISO 8601 text that leaves open what they left open: the time of the day, the offset
- `instants`: delivered dates and times to UTC instants: JDK patterns, ISO 8601, local times in a zone
- `patterns`: which date pattern a column is written in, found out from its values
"""
