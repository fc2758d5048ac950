"""How a contract describes delivered files: its servers and schema objects. Other terms are in `reading`."""

import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.contracts.contract_term import ContractTerm, keys_of
from pipelines.contracts.document import FLAG, MAPPING, TEXT, Place, TermKind, did_you_mean, one_of
from pipelines.contracts.file_term_kinds import DELIMITER, ENCODING, FORMAT, GLOB, QUOTE, SEPARATORS, ZONE
from pipelines.contracts.standard import implied_type
from pipelines.dates.date_regexes import UnsupportedPatternError, regex_of
from pipelines.vocabulary.fields import COLUMN_FIELDS, FIELD_NAMED, FIELD_WORDS, INSTANT_FIELDS

INSTANT_TYPES: Final = ("timestamp", "date")

SERVER_TERMS: Final = (
    ContractTerm("server", "Whose files these are: `leads` or `consent_proofs`. Both must be there."),
    ContractTerm("type", "Always `custom`: other types have no `path` of ours.", is_read=False),
    ContractTerm(
        "path",
        "Which files of a delivery folder these are: a glob. A file that no glob claims is refused. "
        "With one glob and one format in both servers, each row of these files is read as a lead and as a proof.",
        faults=("proofs/*.xlsx",),
    ),
    ContractTerm(
        "format",
        "What the files are. `json` is one document, `jsonl` (also `ndjson`) one object a line; each may be packed as "
        "`.gz`, `.zst` or `.zip`. A file of another format is read as what it is, and the difference is a finding.",
    ),
    ContractTerm("delimiter", "CSV: what stands between two fields.", absent="found out from the file"),
    ContractTerm(
        "encoding", "CSV, JSON: how text is written as bytes.", absent="UTF-8, UTF-16 or Windows-1252, whichever it is"
    ),
)
SERVER_PROPERTIES: Final = (
    ContractTerm("quote", "CSV: what stands around fields that hold a delimiter.", absent='`"`'),
    ContractTerm(
        "sheet", "Workbooks: the sheet with the rows.", absent="the first visible sheet with the declared columns"
    ),
)
OBJECT_TERMS: Final = (
    ContractTerm("name", "Whose columns these are: `leads` or `consent_proofs`. Both must be there."),
    ContractTerm("properties", "One property for each column that the vendor may deliver: see below."),
)
FIELD_TERMS: Final = (
    ContractTerm(
        "name",
        "The canonical field that the column holds; `channels_email` and its like for one of the yes/no columns that "
        "say the channels together.",
        faults=("form_id", "channels_email"),
    ),
    ContractTerm(
        "physicalName",
        "The column's name as it is delivered. In JSON, `contact.email` is the `email` in `contact`.",
        absent="the field's name",
        faults=("Courriel",),
    ),
    ContractTerm(
        "logicalType",
        "The standard's type, for other tools; `timestamp` or `date` for instants. How a value is read depends on its "
        "field alone.",
        absent="`string`",
        faults=("string",),
    ),
    ContractTerm(
        "required",
        "Whether the vendor owes the field in every row: a row without it has it among its `invalid_fields`. Fields "
        "without which a row is rejected are rejected in any case.",
        absent="`false`",
    ),
    ContractTerm(
        "logicalTypeOptions", "How an instant is written: see below.", absent="ISO 8601, local times in Europe/Paris"
    ),
    ContractTerm(
        "enum",
        "The vendor's words for ours: see below. With it no other word is read.",
        absent="our own words, for flags also words such as oui and non; in fields without words of ours any text",
    ),
    ContractTerm(
        "items", "Of a list: its `enum`, in the standard's other place for it.", absent="the property's `enum`"
    ),
)
FIELD_PROPERTIES: Final = (
    ContractTerm(
        "listSeparator",
        "What stands between the elements of a list, such as `;` or ` et `; a list of such texts where now one stands, "
        "now another. A JSON array needs none.",
        absent="`|`",
    ),
)
OPTION_TERMS: Final = (
    ContractTerm(
        "format",
        "How the instant is written, as a pattern of the JDK's `DateTimeFormatter`; also `epoch_seconds` and "
        "`epoch_milliseconds`.",
        absent="ISO 8601",
        faults=("DD/MM/YYYY",),
    ),
    ContractTerm("defaultTimezone", "The zone of local times; for `timestamp` only.", absent="Europe/Paris"),
)
WORD_TERMS: Final = (
    ContractTerm("value", "One of the field's own words; any text where the field has none."),
    ContractTerm(
        "label", "The vendor's word for it. Several labels may stand for one value.", absent="the value itself"
    ),
)


def read_file_terms(document: Place, role: str) -> FileTerms:
    """What the contract says of one role's files; every gap or fault is an issue of the document."""
    server = named(document, "servers", "server", role)
    schema = named(document, "schema", "name", role)
    options = custom_properties(server, keys_of(SERVER_PROPERTIES))
    return FileTerms(
        role=role,
        path=server.entry("path").require(GLOB, ""),
        format=server.entry("format").require(FORMAT, "csv"),
        delimiter=server.entry("delimiter").read(DELIMITER),
        encoding=server.entry("encoding").read(ENCODING),
        quote=options["quote"].read(QUOTE),
        sheet=options["sheet"].read(TEXT),
        fields=_fields(schema, role),
    )


def custom_properties(owner: Place, known: Collection[str]) -> dict[str, Place]:
    """The known customProperties of an element, given or not, by key; unknown and repeated keys are issues.

    A property that the standard's `vendor` key gives to another tool is not ours to judge.
    """
    holder = owner.entry("customProperties")
    found = {key: holder.entry(key).renamed(key) for key in known}
    for item in holder.items():
        if item.value is None or item.read(MAPPING) is None or item.entry("vendor").value is not None:
            continue
        key = item.entry("property").require(TEXT, "")
        if key not in known:
            remedy = did_you_mean(key, known) or f"known: {', '.join(known)}"
            item.entry("property").report("unknown customProperty", remedy)
        elif found[key].value is not None:
            item.entry("property").refuse(f"{key} is given twice", "keep one")
        else:
            found[key] = item.entry("value").renamed(key)
    return found


def named(document: Place, group: str, key: str, name: str) -> Place:
    """The element of a list (`servers`, `schema`) with a name; its absence, or a second one, is an issue."""
    holder = document.entry(group)
    members = holder.items() if isinstance(holder.value, list) else ()
    found = [item for item in members if isinstance(item.value, dict) and item.value.get(key) == name]
    for extra in found[1:]:
        extra.refuse(f"{group} has {name} twice", "keep one")
    if found:
        return found[0].renamed(name)
    holder.refuse(f"{group} has no {name}", f"add an element with {key}: {name}")
    return Place(None, (*holder.path, name), name)  # its own missing parts are not worth an issue each


def _fields(schema: Place, role: str) -> tuple[FieldTerms, ...]:
    """The mapped fields, each once."""
    fields: dict[str, FieldTerms] = {}
    columns: set[str] = set()
    for place in schema.entry("properties").items():
        terms = _field(place, role)
        if terms.name and terms.name in fields:
            place.entry("name").refuse(f"{terms.name} is mapped twice in {role}", "keep one property for each field")
        _refuse_list_and_parts(place, terms.name, fields)
        if terms.physical_name in columns:
            place.entry("physicalName").report("the column is mapped twice", "map each column to one field")
        fields.setdefault(terms.name, terms)
        columns.add(terms.physical_name)
    return tuple(fields.values())


def _refuse_list_and_parts(place: Place, name: str, fields: Collection[str]) -> None:
    """A list in one column and yes/no columns for its elements may contradict each other."""
    whole = FIELD_NAMED[name].part_of if name else ""
    if whole in fields or any(FIELD_NAMED[other].part_of == name for other in fields if other and name):
        what = f"{whole or name} is mapped as a list and as yes/no columns"
        place.entry("name").refuse(what, "keep the list, or the yes/no columns")


def _field(place: Place, role: str) -> FieldTerms:
    place.require(MAPPING, {})
    name = place.entry("name").require(_canonical(role), "")
    place = place.renamed(name or place.name)
    options = place.entry("logicalTypeOptions")
    custom = custom_properties(place, keys_of(FIELD_PROPERTIES))
    logical_type = _logical_type(place, name)
    return FieldTerms(
        name=name,
        physical_name=_declared_column(place.entry("physicalName").read_or(TEXT, name)),
        logical_type=logical_type,
        format=_format(options.entry("format")) if name in INSTANT_FIELDS else None,
        default_timezone=options.entry("defaultTimezone").read(ZONE),
        is_required=place.entry("required").read_or(FLAG, False),
        enum=_enum_words(place, name),
        list_separators=custom["listSeparator"].read_or(SEPARATORS, ("|",)),
    )


def _canonical(role: str) -> TermKind[str]:
    fields = tuple(field.name for field in COLUMN_FIELDS[role])
    return TermKind(one_of(fields).parse, f"a canonical field of {role}", fields)


def _logical_type(place: Place, name: str) -> str:
    given = place.entry("logicalType")
    implied = implied_type(place.value) if isinstance(place.value, dict) else "string"
    logical_type = given.read_or(TEXT, implied)
    if given.value is None and isinstance(place.value, dict):
        given.report(f"{name} has no logicalType", f"give one; it is read as {implied}", "warning")
    elif name in INSTANT_FIELDS and logical_type not in INSTANT_TYPES:
        given.report(f"{name} is an instant", f"give logicalType {' or '.join(INSTANT_TYPES)}", "warning")
    return logical_type


def _format(place: Place) -> str | None:
    """The date pattern, if instants can be read with it; a pattern is none of a person's data and may be quoted."""
    pattern = place.read(TEXT)
    try:
        regex_of(pattern)
    except UnsupportedPatternError as error:
        place.refuse(f"the date pattern can't be read: {error}", "give a pattern such as dd/MM/yyyy HH:mm")
    return pattern


def _enum_words(place: Place, name: str) -> Mapping[str, str]:
    """The vendor's words -> ours. Explicit labels win over the values, which stand for themselves."""
    elements = place.entry("enum").items() or place.entry("items").entry("enum").items()
    kind = one_of(FIELD_WORDS[name]) if name in FIELD_WORDS else TEXT
    labels: dict[str, str] = {}
    values: dict[str, str] = {}
    meanings: dict[str, str] = {}  # by the label as deliveries are compared with it
    for element in elements:
        given = element.entry("value") if isinstance(element.value, dict) else element
        value = Place(_enum_word(given.value), given.path, f"a value of {name}", given.issues).require(kind, "")
        label = element.entry("label").read(TEXT)
        values[value] = value
        if label is None:
            continue
        labels[_declared_column(label)] = value
        if meanings.setdefault(_declared_column(label).casefold(), value) != value:
            element.entry("label").refuse("the label already stands for another value", "give each value its own word")
    return {**values, **labels}


def _enum_word(value: Any) -> Any:
    """YAML reads true and false as flags."""
    return str(value).lower() if isinstance(value, bool) else value


def _declared_column(name: str) -> str:
    """A column as headers are compared: NFC, trimmed."""
    return unicodedata.normalize("NFC", name).strip()
