"""`python -m benchmarks.figures`: what each stage takes as leads, oppositions, cards, days, vendors and workers grow.

- `axes`: what grows, by which steps, and what stays the same meanwhile
- `charts`: the picture, as SVG
- `growth`: how each stage grew, and what of it is faster than the work
- `homes`: a home of any size for a point of an axis
- `one_axis`: the process that does the work of the steps of one axis, stage by stage
- `pages`: the pages and the picture that are rendered from the results
- `results`: what was measured, as JSON, with the machine
- `running`: all points of the axes, one after the other
- `slopes`: how steeply what is measured grows
- `tables`: the tables and sentences, as Markdown
"""
