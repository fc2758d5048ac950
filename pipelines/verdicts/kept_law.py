"""The rules and contracts that days were judged by, kept by digest: a verdict can be given again after both moved on.

`law/rules/<digest>.yaml` holds a whole catalogue, `law/contracts/<digest>/<vendor>/<valid_from>.odcs.yaml` a contract's
file to the byte. What is kept never changes; it names no person. What a catalogue is belongs to `rulebook.catalogue`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import yaml

from pipelines.contracts.book import SUFFIX, examine_contract
from pipelines.contracts.contract import Contract
from pipelines.contracts.stages import with_go_live, with_stages
from pipelines.rulebook.catalogue import Catalogue
from pipelines.rulebook.catalogue_text import catalogue_of_text, catalogue_text
from pipelines.storage.folders import PRIVATE, replacing

_RULES: Final = "rules"
_CONTRACTS: Final = "contracts"


@dataclass(frozen=True)
class KeptLaw:
    """The folder `law` of a home, and where its contracts lie."""

    folder: Path
    contracts_folder: Path

    def keep(self, catalogue: Catalogue, contracts: Sequence[Contract]) -> None:
        """Keep what days are judged by; what is there already is touched: no sweep takes it before they name it.

        A contract whose file is not what was read any more is not kept: it judges under another digest next time.
        """
        rules = self._rules_file(catalogue.digest)
        if rules.exists():
            rules.touch()
        else:
            self._write(rules, catalogue_text(catalogue).encode())
        for contract in contracts:
            self._keep_contract(contract)

    def catalogue(self, digest: str) -> Catalogue | None:
        """The rules of a digest; None where they are not kept, or can't be read by this version of the program."""
        try:
            found = catalogue_of_text(self._rules_file(digest).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return None
        return found if found.digest == digest else None

    def contract(self, digest: str, book: Sequence[Contract]) -> Contract | None:
        """The contract of a digest; None where it is not kept, or can't be read by this version of the program.

        `book`: the vendor's contracts of now. A file says neither which stage it goes on in nor what was decided of the
        vendor: the kept one stands among them in the place of that of its date.
        """
        for path in (self.folder / _CONTRACTS / digest).glob(f"*/*{SUFFIX}"):
            contract = examine_contract(path).contract
            if contract is not None and contract.digest == digest:
                return _in_book(contract, book)
        return None

    def _keep_contract(self, contract: Contract) -> None:
        name = f"{contract.valid_from.isoformat()}{SUFFIX}"
        source = self.contracts_folder / contract.vendor / name
        target = self.folder / _CONTRACTS / contract.digest / contract.vendor / name
        if target.exists():
            target.touch()
        if target.exists() or not source.is_file():
            return
        content = source.read_bytes()
        if sha256(content).hexdigest() == contract.digest:
            self._write(target, content)

    def _rules_file(self, digest: str) -> Path:
        return self.folder / _RULES / f"{digest}.yaml"

    def _write(self, path: Path, content: bytes) -> None:
        with replacing(self.folder, path, PRIVATE) as file:
            file.write(content)


def _in_book(kept: Contract, book: Sequence[Contract]) -> Contract:
    others = [one for one in book if one.valid_from != kept.valid_from]
    decided = next((one.go_live for one in book), ())
    staged = with_go_live(with_stages([*others, kept]), decided)
    return next(one for one in staged if one.valid_from == kept.valid_from)
