"""Law parameters that change with time: dated values, each with its reference. Cards say which rule reads them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from pipelines.rulebook.yaml_files import CatalogueError, Day, Model, Override, problems_of, read_yaml_file

MAX_AGE: Final = "consent_max_age_months"
"""Calendar months that a phone consent lasts."""
Value = bool | int | str | tuple[str, ...]


def _by_date(values: Any) -> Any:
    """`{date: value}` as pairs in order of date."""
    if not isinstance(values, dict) or not all(type(day) is date for day in values):
        raise PydanticCustomError("dated", "expected `{YYYY-MM-DD: value, …}`")
    return tuple((day, _parameter_value(value)) for day, value in sorted(values.items()))


def _parameter_value(value: Any) -> Value:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, bool | int | str):
        return value
    raise PydanticCustomError("dated", "expected whole numbers, text, true or false, or lists of text")


class DatedParameter(Model):
    """The values of one parameter, each in force from its date (Europe/Paris) until the next."""

    values: Annotated[tuple[tuple[Day, Value], ...], BeforeValidator(_by_date)]
    reference: str
    """Text of law, contract or decision that the values come from."""
    override: Override | None = None
    """Of a house's parameter that replaces a shipped one."""

    @field_validator("values")
    @classmethod
    def _check(cls, values: tuple[tuple[date, Value], ...]) -> tuple[tuple[date, Value], ...]:
        if len({type(value) for _, value in values}) != 1:
            raise PydanticCustomError("dated", "expected at least one value, all of one type")
        return values

    def at(self, on: date) -> Value | None:
        """The value in force on a civil date, None before the first one."""
        return next((value for day, value in reversed(self.values) if day <= on), None)


def read_parameters(path: Path) -> Mapping[str, DatedParameter]:
    """Read a `parameters.yaml`: `{name: {values: {date: value}, reference: text}}`.

    Raises:
        CatalogueError: every problem of the file.
    """
    file = read_yaml_file(path)
    parameters: dict[str, DatedParameter] = {}
    problems = []
    for name, content in file.data.items():
        try:
            parameters[name] = DatedParameter.model_validate(content)
        except ValidationError as error:
            problems += problems_of(error, file, DatedParameter, within=str(name))
    if problems:
        raise CatalogueError(problems)
    return parameters
