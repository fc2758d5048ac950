"""Canaries: invented persons who said no, sent through a house of their own before every run judges real ones.

- `market`: who they are, what they said, and what is delivered and imported of them
- `watch`: that house in a temporary folder, and who of them was not met
"""
