"""A file of an invoice checked, and what is told of it written: page, claims, lifecycle message, lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from pipelines.contracts.contract import Contract, contract_in_force
from pipelines.dossiers.facts import vendor_tables
from pipelines.engines.interface import Engine
from pipelines.formats.isolated.readers import read_invoice
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.plain_files import PlainFile
from pipelines.invoices.checked import CheckedInvoice, check_invoice
from pipelines.invoices.claims_csv import CLAIMS_FILE, write_claims_csv
from pipelines.invoices.invoice import Invoice, UnreadInvoiceError, invoice_of
from pipelines.invoices.kept import LINES_FILE, earlier_invoices, folder_of, keep, next_turn
from pipelines.invoices.lifecycle import UnansweredInvoiceError, lifecycle_message
from pipelines.invoices.page import PAGE, render_invoice
from pipelines.rulebook.catalogue import Catalogue
from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, make_folder, replacing
from pipelines.storage.lake import Lake
from pipelines.vocabulary.clock import paris_date
from pipelines.wording.words import words

MESSAGE_FILE: Final = "lifecycle.xml"


@dataclass(frozen=True)
class ToldInvoice:
    """What was found of an invoice, and where it is told."""

    checked: CheckedInvoice
    folder: Path
    unanswered: str | None
    """Key of the sentence that says why there is no lifecycle message; None where there is one."""


@dataclass(frozen=True)
class InvoiceChecker:
    """Checks invoices against a lake, and tells what it finds below a folder: `<vendor>/<digest>/`."""

    engine: Engine
    lake: Lake
    catalogue: Catalogue
    limits: Limits
    folder: Path

    def check(
        self, vendor: str, contracts: Sequence[Contract], path: Path, *, as_of: datetime, language: str
    ) -> ToldInvoice:
        """Check one file by what is published, and write what is told. The same inputs give the same bytes.

        Raises:
            UnreadInvoiceError: it is no invoice that can be checked.
            InboxFaultError: its bytes can't be had, for a reason of ours.
        """
        invoice, digest = _invoice_in(path, self.limits), digest_of_file(path)
        with self.lake.writing(vendor):
            earlier = earlier_invoices(self.folder, vendor, digest)
            with vendor_tables(self.engine, self.lake, vendor, as_of=as_of) as session:
                today = paris_date(as_of)
                checked = check_invoice(invoice, session, contracts, vendor=vendor, today=today, earlier=earlier)
            folder = folder_of(self.folder, vendor, digest)
            make_folder(self.folder.parent, folder, PRIVATE)
            unanswered = self._tell(checked, folder, contracts, as_of, language)
            keep(folder / LINES_FILE, invoice.number, next_turn(self.folder, vendor, digest), checked.parts)
        return ToldInvoice(checked, folder, unanswered)

    def _tell(
        self, checked: CheckedInvoice, folder: Path, contracts: Sequence[Contract], as_of: datetime, language: str
    ) -> str | None:
        """Write page, claims and message; why there is no message."""
        say = words(language)
        _write_told(folder / PAGE, render_invoice(checked, self.catalogue, language=language, as_of=as_of).encode())
        write_claims_csv(folder / CLAIMS_FILE, checked, say)
        advertiser = _advertiser_siren(checked, contracts)
        try:
            _write_told(folder / MESSAGE_FILE, lifecycle_message(checked, advertiser, at=as_of, say=say))
        except UnansweredInvoiceError as error:
            (folder / MESSAGE_FILE).unlink(missing_ok=True)
            return error.key
        return None


def _invoice_in(path: Path, limits: Limits) -> Invoice:
    text = read_invoice(PlainFile(path.parent, path), limits)
    if isinstance(text, FileRefusal):
        raise UnreadInvoiceError(text.cause)
    return invoice_of(text)


def _advertiser_siren(checked: CheckedInvoice, contracts: Sequence[Contract]) -> str:
    """Ours, as the contract has it that is in force when the invoice is issued, or the last one."""
    in_force = contract_in_force(tuple(contracts), checked.invoice.issued_on)
    return (in_force or contracts[-1]).advertiser_siren


def _write_told(path: Path, content: bytes) -> None:
    with replacing(path.parent, path, PRIVATE) as target:
        target.write(content)
