"""The nouns: one thin module per stage of the way of the data; logic belongs in `pipelines`."""
