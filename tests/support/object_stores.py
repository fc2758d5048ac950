"""A real S3-compatible server for tests, on loopback, and clients of it that die, or lose answers, at a chosen request.

What answers is moto's server, one request at a time: a conditional put is one step then, as on S3.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from pipelines.house import House
from pipelines.object_storage.bucket import Bucket
from pipelines.object_storage.heads import Timing
from pipelines.object_storage.store import Store
from tests.support.houses import house_at
from tests.support.kills import Killed

AT_ONCE_DEAD = Timing(lease=-1, patience=0, pause=0)
"""A lease that is dead as soon as another one wants it: nobody waits for a killed writer."""
STUBBORN = Timing(lease=600, patience=0, pause=0)
"""A lease that lives as long as a test, and a writer that does not wait for it."""


class _OneByOne:
    """A WSGI application that answers one request at a time."""

    def __init__(self, application: Any) -> None:
        self._application, self._lock = application, threading.Lock()

    def __call__(self, environment: Any, start_response: Any) -> Iterable[bytes]:
        with self._lock:
            return list(self._application(environment, start_response))


@pytest.fixture(scope="session")
def object_server() -> Iterator[str]:
    """Address of the server."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    application = _OneByOne(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()


@pytest.fixture
def store_url(object_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of an empty bucket; the variables by which it is reached are set."""
    for name, value in {
        "AWS_ENDPOINT_URL": object_server,
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"house-{uuid4().hex}"
    bucket = bucket_at(f"s3://{name}/opposable")
    bucket.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return f"s3://{name}/opposable"


def bucket_at(url: str, client: Any = None) -> Bucket:
    """The bucket that a URL names, by a client that all tests share, or by another."""
    place = urlsplit(url)
    return Bucket(client or _shared_client(os.environ["AWS_ENDPOINT_URL"]), place.netloc, f"{place.path[1:]}/")


@cache
def _shared_client(endpoint: str) -> Any:
    """To make one takes longer than most tests."""
    return Bucket.at("s3://any").client


def store_of(house: House, timing: Timing = STUBBORN, client: Any = None) -> Store:
    """A house's store with another timing, and by another client if one is given; the house uses it, too."""
    found = Store(bucket_at(house.settings.store, client), house.settings, timing)
    vars(house)["store"] = found
    return found


def machine(home: Path, store_url: str) -> House:
    """A machine of its own that shares the store."""
    house = house_at(home, OPPOSABLE_STORE=store_url)
    store_of(house)
    return house


def the_store(house: House) -> Store:
    """That of a house which has one."""
    assert house.store is not None
    return house.store


class MortalClient:
    """A client whose n-th request never comes to its end, like all after it: its process is gone."""

    def __init__(self, client: Any, dies_at: int, *, is_done: bool) -> None:
        """`is_done`: the store does what the n-th asks, and nobody hears of it."""
        self._client, self._dies_at, self._is_done = client, dies_at, is_done
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        return self._mortal(real) if callable(real) and name != "exceptions" else real

    def _mortal(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self._dies_at and self._is_done:
                real(*arguments, **options)
            if self.count >= self._dies_at:
                raise Killed
            return real(*arguments, **options)

        return ask


class DeafClient:
    """A client of a store that takes conditional requests of a kind and does not keep their conditions."""

    def __init__(self, client: Any, deaf_to: str) -> None:
        self._client, self._deaf_to = client, deaf_to

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        return self._unconditional(real) if name == self._deaf_to else real

    def _unconditional(self, real: Callable[..., Any]) -> Callable[..., Any]:
        return lambda **options: real(**{name: options[name] for name in options if not name.startswith("If")})


class MuteClient:
    """A client whose puts are done, and whose answers to them are all lost while it is mute."""

    def __init__(self, client: Any) -> None:
        self._client, self.is_mute = client, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_object(self, **options: Any) -> Any:
        """Put; of that it was done nobody hears while it is mute."""
        from botocore.exceptions import ReadTimeoutError

        answer = self._client.put_object(**options)
        if self.is_mute:
            raise ReadTimeoutError(endpoint_url="")
        return answer


class ForgetfulClient:
    """A client whose answers to puts are lost once, so that each is tried again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_object(self, **options: Any) -> Any:
        """Put twice, and tell the second answer."""
        self._client.put_object(**options)
        return self._client.put_object(**options)
