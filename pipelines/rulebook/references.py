"""When two references of a vendor are one: the key of a `lead_id` or `consent_id`, as an expression in SQL.

A vendor that writes one reference in two ways neither hides that it serves two persons nor loses its proof. What is
delivered stays as it is in every output; the key stands in no published table.
"""

import re
from typing import Final

CALL: Final = re.compile(r"reference_key\(([\w.]+)\)")
"""How a statement asks for the key of a column."""
_SCHEME: Final = "^(?:[A-Za-z][A-Za-z0-9+.-]*://)+"
_HEX: Final = "[0-9A-Fa-f]"
_UUID: Final = f"{_HEX}{{8}}-?(?:{_HEX}{{4}}-?){{3}}{_HEX}{{12}}"
_UUID_NAMED: Final = "(?i:(?:urn:)?(?:uuid:)?)[{]*"
_SIGNS: Final = "[{}/:]"
_RUN: Final = "[A-Za-z0-9]{8,}"
_WORD_OR_HEX: Final = "[A-Z][a-z]+[0-9]*|[0-9A-Fa-f]+"


def with_reference_keys(statement: str) -> str:
    """A statement with the expression for every `reference_key(column)` in it."""
    return CALL.sub(lambda match: reference_key(match[1]), statement)


def reference_key(column: str) -> str:
    """The key of a column of references, as text in DuckDB's SQL; NULL stays NULL.

    Braces around it, a final slash, a URL's scheme and the case of its host do not count; of a UUID (RFC 9562) neither
    hyphens nor `urn:uuid:`. Letters are one in any case, unless a run of eight or more letters and digits holds both
    cases and is neither hex nor a capitalised word: so are identifiers in base 62 or base 64, such as Salesforce's, of
    which two that differ in case alone are two.
    """
    bare = f"rtrim(ltrim({column}, '{{'), '}}/')"
    host = f"regexp_extract({bare}, '{_SCHEME}([^/?#]*)', 1)"
    behind = f"regexp_extract({bare}, '{_SCHEME}[^/?#]*((?s:.*))$', 1)"
    return f"""case
        when regexp_full_match({column}, '{_UUID}') then lower(replace({column}, '-', ''))
        when not regexp_matches({column}, '{_SIGNS}') then {_in_one_case(column)}
        when regexp_full_match({bare}, '{_UUID_NAMED}{_UUID}') then lower(right(replace({bare}, '-', ''), 32))
        when regexp_matches({bare}, '{_SCHEME}') then lower({host}) || {_in_one_case(behind)}
        else {_in_one_case(bare)}
    end"""


def _in_one_case(text: str) -> str:
    mixed = (
        f"list_filter(regexp_extract_all({text}, '{_RUN}'), lambda run: regexp_matches(run, '[A-Z]')"
        f" and regexp_matches(run, '[a-z]') and not regexp_full_match(run, '{_WORD_OR_HEX}'))"
    )
    return (
        f"case when not regexp_matches({text}, '{_RUN}') or {text} = lower({text}) or len({mixed}) = 0"
        f" then lower({text}) else {text} end"
    )
