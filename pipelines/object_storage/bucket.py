"""The few requests that are made of an S3-compatible store, and its refusals in words.

Keys are relative to the prefix of `OPPOSABLE_STORE`. Region, endpoint and credentials are those of the `AWS_*`
variables, which boto3 reads itself. Messages name requests and never a key: a file's name may be a person's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, BinaryIO, Final, Self
from urllib.parse import urlsplit

_PIECE: Final = 2**20
_GONE: Final = ("NoSuchKey", "404", "NotFound")
_REFUSED: Final = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409", *_GONE)
"""What answers a conditional request whose condition does not hold."""


class StoreError(RuntimeError):
    """The object store can't do what was asked, or holds something else than was put there; says what would mend it."""


class MissingObjectError(StoreError):
    """An object is not there."""


@dataclass(frozen=True)
class Found:
    """A small object."""

    content: bytes
    tag: str
    """Changes with the content: what a conditional request is held against."""
    age: timedelta
    """Since it was put, by the store's own clock: no machine's clock is asked."""


@dataclass(frozen=True)
class Listed:
    """An object in a list."""

    key: str
    tag: str
    size: int
    """Bytes."""
    put_at: datetime
    """By the store's clock. Of an upload in several parts it is when the upload began, which its sender chose."""


@dataclass(frozen=True)
class Bucket:
    """A bucket, below a prefix. Threads may share it."""

    client: Any
    """boto3's, of S3."""
    name: str
    prefix: str
    """Empty, or ends with `/`."""

    @classmethod
    def at(cls, url: str) -> Self:
        """The one that `s3://bucket/prefix` names.

        Raises:
            StoreError: the library is missing, or no region, endpoint or credentials are set.
        """
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise StoreError("OPPOSABLE_STORE: needs boto3: install opposable with its extra `s3`") from None
        place = urlsplit(url)
        prefix = place.path.strip("/")
        when_required = "when_required"  # of other checksums than S3's oldest, many servers know nothing
        config = Config(
            request_checksum_calculation=when_required,
            response_checksum_validation=when_required,
            retries={"mode": "standard", "max_attempts": 5},
        )
        with _store_in_words("to be reached"):
            client = boto3.session.Session().client("s3", config=config)
        return cls(client, place.netloc, f"{prefix}/" if prefix else "")

    def get(self, key: str) -> Found | None:
        """A small object; None where there is none."""
        with _store_in_words("to read"):
            answer = _unless_missing(lambda: self.client.get_object(Bucket=self.name, Key=self.prefix + key))
            if answer is None:
                return None
            now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
            return Found(answer["Body"].read(), answer["ETag"], now - answer["LastModified"])

    def download(self, key: str, write: Callable[[bytes], object], *, tag: str | None = None) -> str:
        """Write an object's bytes, piece by piece; their SHA-256, lower-case hex.

        `tag`: of the only version that is wanted.

        Raises:
            MissingObjectError: it is not there, or not in that version.
        """
        condition = {"IfMatch": tag} if tag else {}
        digest = sha256()
        with _store_in_words("to read"):
            answer = _unless_condition_fails(
                lambda: self.client.get_object(Bucket=self.name, Key=self.prefix + key, **condition)
            )
            if answer is None:
                raise MissingObjectError("the object store lacks an object")
            for piece in answer["Body"].iter_chunks(_PIECE):
                digest.update(piece)
                write(piece)
        return digest.hexdigest()

    def put(self, key: str, content: bytes) -> None:
        """Put a small object, whatever is there."""
        with _store_in_words("to write"):
            self.client.put_object(Bucket=self.name, Key=self.prefix + key, Body=content)

    def upload(self, key: str, file: BinaryIO) -> None:
        """Put a file's bytes, in parts where they are many; the file is closed."""
        with _store_in_words("to write"):
            self.client.upload_fileobj(file, self.name, self.prefix + key)

    def copy(self, key: str, target: str) -> None:
        """Put an object's bytes under another key as well."""
        with _store_in_words("to copy"):
            source = {"Bucket": self.name, "Key": self.prefix + key}
            self.client.copy(source, self.name, self.prefix + target)

    def swap(self, key: str, content: bytes, tag: str | None) -> str | None:
        """Put a small object if it is still as its tag says (None: if there is none); its new tag.

        None where the store refuses. That it was done and the answer lost on its way is seen by whoever reads then.
        """
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        with _store_in_words("to write under a condition"):
            answer = _unless_condition_fails(
                lambda: self.client.put_object(Bucket=self.name, Key=self.prefix + key, Body=content, **condition)
            )
        return None if answer is None else str(answer["ETag"])

    def delete(self, key: str, *, tag: str | None = None) -> None:
        """Remove an object, if it is still as its tag says; what is gone or was replaced is left at that."""
        condition = {"IfMatch": tag} if tag else {}
        with _store_in_words("to remove"):
            _unless_condition_fails(
                lambda: self.client.delete_object(Bucket=self.name, Key=self.prefix + key, **condition)
            )

    def listed(self, prefix: str) -> Iterator[Listed]:
        """Objects whose key begins so, in the order of keys."""
        with _store_in_words("to list"):
            for page in self._pages(prefix):
                for one in page.get("Contents", ()):
                    key = one["Key"].removeprefix(self.prefix)
                    yield Listed(key, one["ETag"], one["Size"], one["LastModified"])

    def folders(self, prefix: str) -> list[str]:
        """Names between a prefix and the next `/` of the objects below it, in order."""
        with _store_in_words("to list"):
            found = [one["Prefix"] for page in self._pages(prefix, "/") for one in page.get("CommonPrefixes", ())]
        return sorted(name.removeprefix(self.prefix + prefix).removesuffix("/") for name in found)

    def _pages(self, prefix: str, delimiter: str = "") -> Iterator[dict[str, Any]]:
        wanted = {"Bucket": self.name, "Prefix": self.prefix + prefix, "Delimiter": delimiter}
        yield from self.client.get_paginator("list_objects_v2").paginate(**wanted)


@contextmanager
def _store_in_words(asked: str) -> Iterator[None]:
    """Say of whatever the library raises what was asked and how the store answered, without its words."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise StoreError(f"OPPOSABLE_STORE: asked {asked}, the store answered {_code_of(error)}{_MEND}") from None
    except (BotoCoreError, Boto3Error) as error:
        raise StoreError(f"OPPOSABLE_STORE: asked {asked}, found {type(error).__name__}{_MEND}") from None


_MEND: Final = (
    ": check bucket, rights, and AWS_REGION, AWS_ENDPOINT_URL and the credentials in AWS_*; then run it again"
)


def _code_of(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error"))


def _unless_missing(ask: Callable[[], Any]) -> Any:
    return _answer(ask, _GONE)


def _unless_condition_fails(ask: Callable[[], Any]) -> Any:
    return _answer(ask, _REFUSED)


def _answer(ask: Callable[[], Any], expected: tuple[str, ...]) -> Any:
    """What a request gives; None where the store answers with one of some codes."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if _code_of(error) in expected:
            return None
        raise
