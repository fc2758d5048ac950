"""The law as data: rule cards, their catalogue, and the compiler that turns them into one query."""
