"""Which functions in companies are those that a contract names."""

import pytest

from pipelines.verdicts.job_functions import is_function_named


@pytest.mark.parametrize(
    ("function", "targets", "expected"),
    [
        ("Acheteuse", ["acheteur", "acheteuse"], True),
        ("ACHETEUR", ["acheteur"], True),
        ("Gérante", ["gerante"], True),
        ("Directeur des achats", ["achats"], True),
        ("directeur informatique", ["achats", "acheteur"], False),
        ("rachats", ["achats"], False),
        ("responsable achats", ["directeur achats"], False),
        ("acheteuse", [], False),
        ("acheteuse", [""], False),
        ("–", ["achats"], False),
    ],
)
def test_a_function_counts_that_holds_all_words_of_one(function: str, targets: list[str], expected: bool) -> None:
    assert is_function_named(function, targets) is expected
