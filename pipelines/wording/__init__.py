"""How the house speaks to people, in French and English: one sentence, one key.

What is said is decided by `receipts`, `dossiers` and `commands`.

- `expectations`: what was expected of a refused file or row, in French: the intake says it in English, in a few fixed
  patterns
- `words`: how pages speak: sentences, numbers, dates and money in French and English
"""
