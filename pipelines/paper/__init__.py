"""Pages on paper: an HTML page of ours as a PDF. Knows no subject.

A PDF is tagged and has an outline, as the page's headings are; the same page at the same instant gives the same bytes
from the same renderer.

- `chromium`: the renderer: found, and run without network on one file
- `pdf`: a page as a PDF that says nothing of when, and by which browser, it was printed
"""
