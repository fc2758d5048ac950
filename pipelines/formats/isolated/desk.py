"""Who asks which child: one for each process of ours, begun when first needed and anew after a death.

One answer at most is on its way. Whoever asks for something else before it came lets it go by.
"""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

from pipelines.formats.isolated.answers import Answer
from pipelines.formats.isolated.child import Child, ChildDiedError, ChildStalledError, ChildTooSlowError, Patience
from pipelines.formats.isolated.requests import Request

MODULE: Final = "pipelines.formats.isolated.main"


_NO_ANSWER: Final = (ChildDiedError, ChildStalledError, ChildTooSlowError)


class AnswerLostError(Exception):
    """Something else was asked for before the answer came, or there was nobody to answer."""


class Ticket:
    """For one answer: how long it is waited for, and how many bytes it may have."""

    def __init__(self, patience: Patience, most_bytes: int) -> None:
        """For an answer that is on its way."""
        self.patience, self.most_bytes = patience, most_bytes


class Desk:
    """Asks one child after the other."""

    def __init__(self, module: str = MODULE) -> None:
        """No child is started yet."""
        self._module = module
        self.forget()

    def forget(self) -> None:
        """Know of no child: those of the process that this one was copied from are not ours."""
        self._one_at_a_time = RLock()
        self._child: Child | None = None
        self._ahead: Ticket | None = None

    @property
    def pid(self) -> int | None:
        """The number of the child, if there is one."""
        return self._child.pid if self._child else None

    def post(self, request: Request, ticket: Ticket, descriptor: int | None = None) -> Ticket:
        """Ask for something whose answer is fetched later. Where nobody hears it, the answer counts as lost."""
        with self._one_at_a_time:
            self._let_go_by()
            try:
                self._present().send(request, ticket.patience, descriptor)
            except _NO_ANSWER:
                self.end()
                return ticket
            self._ahead = ticket
            return ticket

    def fetch(self, ticket: Ticket) -> Answer:
        """An answer.

        Raises:
            AnswerLostError: it can't be had any more.
            ChildDiedError: there was none; another child can be asked.
            ChildTooSlowError, ChildStalledError: it took too long; another child can be asked.
        """
        with self._one_at_a_time:
            if self._ahead is not ticket or self._child is None:
                raise AnswerLostError
            self._ahead = None
            try:
                return self._child.receive(ticket.patience, ticket.most_bytes)
            except BaseException:  # half an answer may be on its way
                self.end()
                raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within, no other thread asks for anything: what was asked for is at hand, and its answer is not let go by."""
        with self._one_at_a_time:
            yield

    def ask(self, request: Request, ticket: Ticket, descriptor: int | None = None) -> Answer:
        """Ask for something and wait for the answer. Raises as `fetch` does."""
        with self._one_at_a_time:
            return self.fetch(self.post(request, ticket, descriptor))

    def end(self) -> None:
        """End the child, if there is one; the next request begins another."""
        with self._one_at_a_time:
            if self._child is not None:
                self._child.end()
            self._child = self._ahead = None

    def _let_go_by(self) -> None:
        if self._ahead is not None:
            try:
                self.fetch(self._ahead)
            except _NO_ANSWER:
                return

    def _present(self) -> Child:
        if self._child is not None and not self._child.is_alive:
            self.end()
        if self._child is None:
            self._child = Child(self._module)
        return self._child


DESK: Final = Desk()
"""The one of this process."""
atexit.register(DESK.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DESK.forget)
