"""The sample market: what vendors would send, and the truth about it. Knows nothing of the rulebook."""
