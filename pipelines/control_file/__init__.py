"""The control file: what an inspection asks of the advertiser over a period, in counts, on one page without a person.

Who decided is named in the registry, under the number that stands here.

- `counted`: what was delivered and judged on each day of a vendor, counted from what the lake publishes, and kept
- `delivered`: what of a vendor was delivered, judged and found in a period
- `facts`: the file put together, from the lake, the registry, contracts and vendors' files
- `model`: what it shows, in domain words
- `page`: the page
- `registry_counts`: what the registry kept in the period, counted
"""
