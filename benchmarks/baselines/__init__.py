"""The same work without the product: what an analyst writes, and what a hand-written query can reach."""
