"""Vendors before they are live: compared in a tender, judged in a pilot without use, let through by a decision.

Which criteria and answers there are is in `governance`, what a stage means for a delivery in `contracts.stages`.

- `comparison`: candidates side by side: what they answered, and what their pilots showed
- `decisions`: who decided that a vendor goes live, or not, in the registry
- `go_live`: the conditions under which a vendor goes live, and which of them are not met
- `page`: candidates in words and on a page
- `pilot`: what the deliveries of a pilot showed
"""
