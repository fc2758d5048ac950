"""Errors that say in words of ours what is wrong, and quote nothing that was delivered; any other may."""

from typing import Final

from pipelines.disputes.told_findings import DamagedDaysError
from pipelines.engines.interface import EngineError, EngineSettingError
from pipelines.formats.isolated.child import ChildStartError
from pipelines.formats.source import InboxFaultError
from pipelines.object_storage.bucket import StoreError
from pipelines.scores.method_error import MethodError
from pipelines.storage.inboxes import StateError
from pipelines.storage.kept_corrections import DamagedCorrectionsError
from pipelines.storage.registry.database import RegistryError
from pipelines.storage.secrets.age import BrokenSealError
from pipelines.storage.secrets.keys import KeysError
from pipelines.storage.secrets.vault import VaultError

FAULTS_OF_OURS: Final = (
    BrokenSealError,
    ChildStartError,
    DamagedCorrectionsError,
    DamagedDaysError,
    EngineError,
    EngineSettingError,
    InboxFaultError,
    KeysError,
    MethodError,
    RegistryError,
    StateError,
    StoreError,
    VaultError,
)
