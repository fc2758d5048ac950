"""What is wrong with a method of scores, apart from its reading, so that whoever tells of it need not load it."""


class MethodError(ValueError):
    """A method is broken, or one that is named is not there; says which file or contract, and what would mend it."""
