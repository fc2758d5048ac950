"""As what a delivered file is read, by its name: leads, proofs, both, a manifest. What becomes of it: `files`."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final
from unicodedata import normalize

from pipelines.contracts.contract import Contract
from pipelines.deliveries.manifests import is_manifest
from pipelines.vocabulary.words import ROLES_READ

WRAPPERS: Final = (".gz", ".zst")


def roles_of(name: str, contract: Contract | None) -> Sequence[str | None]:
    """What a file is read as: as leads and as proofs where the contract gives both the same glob."""
    if contract is None:
        return [None]
    if is_manifest(name):
        return ["manifest"]
    role = _claimed_by((("leads", contract.leads.path), ("consent_proofs", contract.consent_proofs.path)), name)
    return ROLES_READ if role and contract.has_proofs_beside_leads else [role]


@lru_cache(maxsize=1024)
def _claimed_by(paths: tuple[tuple[str, str], ...], name: str) -> str | None:
    """The role whose glob matches; the glob with more fixed characters where both do."""
    globs = {role: _plain_name(path) for role, path in paths}
    claims = [role for role, glob in globs.items() if any(fnmatchcase(form, glob) for form in _names_to_match(name))]
    return max(claims, key=lambda role: len(globs[role].replace("*", "").replace("?", "")), default=None)


def _plain_name(text: str) -> str:
    return normalize("NFC", text).casefold().replace("**/", "")


def _names_to_match(name: str) -> list[str]:
    """What a glob may match: the path or its last part, with an archive as a folder or as a file, wrapped or not."""
    path = PurePosixPath(_plain_name(name))
    archives = [parent for parent in path.parents if parent.suffix == ".zip"]
    places = [path, *archives, *(path.relative_to(archive) for archive in archives)]
    forms = [form for place in places for form in (str(place), place.name)]
    return forms + [form.removesuffix(wrapper) for form in forms for wrapper in WRAPPERS if form.endswith(wrapper)]
