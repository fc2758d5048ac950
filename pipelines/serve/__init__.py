"""The small web app: what is made for people, read in a browser, and the few things that persons write there.

Nothing is decided here: a decision goes through `reviews.desk`, a statement through `questionnaires.records`, as from
the terminal. Pages need no script. Who asks is said by a proxy that we trust, or by nobody.

- `answers`: pages as answers: language, what is said of an error
- `app`: the routes, and what stands before them
- `control_pages`: the control file of a period, as a page and on paper
- `deciding`: decisions and confirmations, as forms
- `delivery_pages`: every day of every vendor, and what is wrong with it
- `door`: before every page: host, size and kind of a body, security headers
- `files`: dossiers and the portfolio as they were written
- `house_pages`: the list of vendors, one vendor and its dossier, dates
- `limiter`: how often something may be done
- `portfolio`: the list of vendors: what it shows, and how it is filtered
- `printing`: PDFs, one at a time
- `public_pages`: the questionnaire behind a link
- `shelf`: what pages read, kept while its files are the same
- `visitors`: who asks, and whether a form was sent from our own page
"""
