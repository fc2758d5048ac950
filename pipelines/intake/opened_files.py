"""The files of a delivery with their roles, and which of them count: claimed, corrected, replaced, superseded.

Nothing is read here; what reading makes of a file is in `files`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import itemgetter

from pipelines.contracts.calendar import cut_off_at
from pipelines.deliveries.files import DeliveredFile, Delivery, kept_name
from pipelines.deliveries.known_arrivals import Stay
from pipelines.deliveries.manifests import Manifest
from pipelines.formats.limits import FileRefusal
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.intake.clocks import LastWord
from pipelines.intake.files import FileCase
from pipelines.intake.roles import roles_of
from pipelines.vocabulary.reasons import Reason
from pipelines.vocabulary.words import ROLES_READ


def open_cases(delivery: Delivery) -> list[FileCase]:
    """Every file of a delivery with its role, in order; refused and superseded ones are closed already."""
    shown = shown_file_names(file.name for file in delivery.files)
    cases = [
        FileCase(delivery, file, role, shown_name=kept_name(file, shown[file.name]))
        for file in sorted(delivery.files, key=lambda file: file.name)
        for role in roles_of(file.name, delivery.contract)
    ]
    cases = _without_corrected(cases, delivery)
    for number, (_, of_file) in enumerate(groupby(cases, key=lambda case: (case.file.name, case.file.digest)), 1):
        for case in of_file:
            case.number = number
    cases.sort(key=_arrival_order)
    for case in cases:
        _close_at_once(case)
    for role in ROLES_READ:
        _supersede(cases, role, delivery, shown)
    return cases


def _without_corrected(all_cases: Sequence[FileCase], delivery: Delivery) -> list[FileCase]:
    """The files that count: what was overwritten while the delivery could be corrected is as if it had not come.

    What was overwritten later stays, beside what came in its place, and so do proofs, which count for whatever knew
    them (`replaced_at`). Bytes that had been overwritten in time and come back later are what comes late: they count
    from their return on. Files of no role say nothing.
    """
    cases = [case for case in all_cases if not (case.file.is_replaced and case.role is None)]
    turning: dict[datetime, list[FileCase]] = {}
    for case in cases:
        for at in _turns_of(case):
            turning.setdefault(at, []).append(case)
    over: set[int] = set()
    last_word = LastWord(cases, delivery)
    for at, turned in sorted(turning.items(), key=itemgetter(0)):
        in_time = {role: last_word.is_in_time(at, role) for role in {case.role for case in turned}}
        for case in turned:
            _turn(case, at, over, last_word, is_in_time=in_time[case.role])
    return [case for case in cases if id(case) not in over or case.role == "consent_proofs"]


def _stays_of(case: FileCase) -> Sequence[Stay]:
    return case.file.stays or ((case.received_at, case.file.replaced_at),)


def _turns_of(case: FileCase) -> Iterator[datetime]:
    """When a file was replaced, and when it came back."""
    for place, (since, until) in enumerate(_stays_of(case)):
        yield from (at for at in (until, since if place else None) if at)


def _turn(case: FileCase, at: datetime, over: set[int], last_word: LastWord, *, is_in_time: bool) -> None:
    """What an instant makes of a file: replaced in time it is over; back in time it is as before, else it came late.

    `over`: ids of the cases that are.
    """
    stays = _stays_of(case)
    if id(case) in over and any(at == since for since, _ in stays[1:]):
        over.remove(id(case))
        if not is_in_time:
            case.file = replace(case.file, received_at=at)
        last_word.take_back(case)
    elif id(case) not in over and is_in_time and any(at == until for _, until in stays):
        over.add(id(case))
        last_word.leave_out(case)


def _arrival_order(case: FileCase) -> tuple[datetime, str]:
    """By name; those that came after the delivery day by arrival: a late file does not come before what was there."""
    cut_off = cut_off_at(case.delivery.contract, case.delivery.day)
    return max(case.received_at, cut_off), case.file.name


def counting_digests(delivery: Delivery) -> frozenset[str]:
    """Digests of the files that make a later file with the same bytes a duplicate. Nothing is read."""
    return frozenset(case.file.digest for case in open_cases(delivery) if case.makes_duplicates)


def dated_claimed_files(delivery: Delivery) -> list[DeliveredFile]:
    """The files of a delivery that are for something, and of which it is known when they came."""
    return [file for file in delivery.files if file.received_at and any(roles_of(file.name, delivery.contract))]


def _close_at_once(case: FileCase) -> None:
    contract, file = case.delivery.contract, case.file
    if contract is None:
        case.refuse(FileRefusal("no_contract_in_force", Reason("contract_absent")))
    elif file.fault:
        case.refuse(file.fault)
    elif case.role is None:
        globs = {"leads": contract.leads.path, "consent_proofs": contract.consent_proofs.path}
        case.refuse(FileRefusal("file_unclaimed", Reason("name_unclaimed", **globs)))


def _supersede(all_cases: Sequence[FileCase], role: str, delivery: Delivery, shown: Mapping[str, str]) -> None:
    """The highest numbered manifest that lists files of a role, and came in time, makes the role's other files old."""
    cases = [case for case in all_cases if case.role == role]
    manifests: dict[Manifest, datetime] = {}
    for case in all_cases:
        if case.file.manifest:
            came_at = manifests.get(case.file.manifest, case.received_at)
            manifests[case.file.manifest] = min(came_at, case.received_at)
    if not manifests:
        return
    names = [case.file.name for case in cases]
    plain = [manifest for manifest in manifests if not manifest.is_numbered]
    base = max((manifest.sequence for manifest in plain), default=0)
    numbered = {m: came_at for m, came_at in manifests.items() if m.is_numbered and m.sequence > base}
    originals = [case for case in all_cases if case.file.name not in _files_listed(numbered, names, plain)]
    could_be_corrected = partial(LastWord(originals, delivery).is_in_time, role=role)
    corrections = _in_time(numbered, cases, could_be_corrected)
    if not corrections:
        return
    latest = max(corrections, key=lambda manifest: (manifest.sequence, manifest.name))
    current, late = latest.places(names), _files_listed(corrections, names, plain)
    for case in cases:
        case.is_correction = case.file.name in late and could_be_corrected(case.received_at)
        if case.file.name not in current and case.is_to_be_read:
            case.status, case.left_out = "superseded", Reason("file_replaced", manifest=shown[latest.name])


def _in_time(
    numbered: Mapping[Manifest, datetime], cases: Sequence[FileCase], could_be_corrected: Callable[[datetime], bool]
) -> list[Manifest]:
    """Those of the numbered manifests that came, as all files of a role that they list, while these could be corrected.

    A name that was overwritten later came in time if its first bytes did.
    """
    arrivals: dict[str, datetime] = {}
    for case in cases:
        arrivals[case.file.name] = min(case.received_at, arrivals.get(case.file.name, case.received_at))
    found = [(manifest, came_at, manifest.places(arrivals)) for manifest, came_at in numbered.items()]
    return [
        manifest
        for manifest, came_at, listed in found
        if listed and could_be_corrected(max(came_at, *(arrivals[name] for name in listed)))
    ]


def _files_listed(manifests: Iterable[Manifest], names: Sequence[str], but: Iterable[Manifest] = ()) -> set[str]:
    """Those of some names that manifests list, but for those that others list, too."""
    listed = {name for manifest in manifests for name in manifest.places(names)}
    return listed - {name for manifest in but for name in manifest.places(names)}
