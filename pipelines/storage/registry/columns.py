"""The registry's columns: their types, names and constraints. Its tables are in `tables` and `vendor_tables`."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy import Column as SqlColumn
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """Timezone-aware in Python, UTC without a zone in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC without its zone; a naive datetime is a fault of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected a timezone-aware instant")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The instant with its zone."""
        return value.replace(tzinfo=UTC) if value is not None else None


METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def sql_column(name: str, type_: Any, *constraints: Any, is_nullable: bool = False, **options: Any) -> SqlColumn[Any]:
    """A column that holds no NULL unless told."""
    return SqlColumn(name, type_, *constraints, nullable=is_nullable, **options)


def id_column() -> SqlColumn[int]:
    """The primary key that counts rows up; SQLite counts none but its own integers."""
    return SqlColumn("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
