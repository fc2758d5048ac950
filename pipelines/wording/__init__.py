"""How the house speaks to people, in French and English: one sentence, one key.

What is said is decided by `receipts`, `dossiers` and `commands`.

- `periods`: between which days something holds
- `reasons`: reasons in words, and as the lake publishes them
- `words`: how pages speak: sentences, numbers, dates and money in French and English
"""
