"""Fields under the names that the vendor gives to their columns."""

import pytest

from pipelines.verdicts.missing_parts import vendors_name
from tests.support.intake_boxes import contract, file_terms

CONTRACT = contract(
    leads=file_terms("leads", {"lead_id": "Réf", "channels_phone": "optin_tel", "channels_email": "optin_mail"}),
    consent_proofs=file_terms("consent_proofs", {"consent_id": "id", "lead_id": "lead", "channels": "canaux"}),
)


@pytest.mark.parametrize(
    ("field", "role", "name"),
    [
        ("lead_id", None, "Réf"),
        ("lead_id", "consent_proofs", "lead"),
        ("consent_id", None, "id"),
        ("channels", "leads", "optin_tel, optin_mail"),
        ("channels", "consent_proofs", "canaux"),
        ("form_id", None, "form_id"),
    ],
)
def test_a_field_is_called_as_the_vendor_calls_its_column_or_columns(field: str, role: str | None, name: str) -> None:
    assert vendors_name(CONTRACT, field, role) == name


def test_without_a_contract_it_has_its_own_name() -> None:
    assert vendors_name(None, "channels") == "channels"
