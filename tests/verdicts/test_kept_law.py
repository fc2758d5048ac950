"""Rules are kept by digest and read as they were; a file that is no catalogue is as good as none."""

from pathlib import Path

import pytest

from pipelines.rulebook.catalogue_text import catalogue_of_text, catalogue_text
from pipelines.verdicts.kept_law import KeptLaw
from tests.support.contract_files import shipped_catalogue


def test_what_is_kept_is_read_again_by_its_digest(tmp_path: Path) -> None:
    law = KeptLaw(tmp_path / "law", tmp_path / "contracts")
    fewer = shipped_catalogue().without(["opp_vendor_redelivery"])
    law.keep(fewer, [])
    found = law.catalogue(fewer.digest)
    assert found is not None
    assert found.by_id["opp_other_form"].subsumed_by == ()
    assert law.catalogue(shipped_catalogue().digest) is None


BROKEN = {
    "empty": "",
    "a list": "- 1\n",
    "without parameters": "rules: []\n",
    "rules by id": "rules: {}\nparameters: {}\n",
    "parameters in a list": "rules: []\nparameters: []\n",
    "a rule that is none": "rules: [1]\nparameters: {}\n",
    "no YAML": "rules: [",
}


@pytest.mark.fault(
    area="lake",
    fault="A file of kept rules is empty, cut, or holds something else",
    promise="It counts as not kept: replay and corrections say what is missing instead of ending in an error.",
)
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_no_catalogue_counts_as_not_kept(tmp_path: Path, content: str) -> None:
    law = KeptLaw(tmp_path, tmp_path / "contracts")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / f"{'a' * 64}.yaml").write_text(content, encoding="utf-8")
    assert law.catalogue("a" * 64) is None


def test_kept_rules_that_were_cut_count_as_not_kept(tmp_path: Path) -> None:
    text, law = catalogue_text(shipped_catalogue()), KeptLaw(tmp_path, tmp_path / "contracts")
    (tmp_path / "rules").mkdir()
    for length in (len(text) // 2, text.index("parameters:\n")):
        (tmp_path / "rules" / f"{'a' * 64}.yaml").write_text(text[:length], encoding="utf-8")
        assert law.catalogue("a" * 64) is None


def test_a_text_that_is_no_catalogue_says_what_was_expected() -> None:
    with pytest.raises(ValueError, match="expected `rules`, a list of cards, and `parameters`, by name"):
        catalogue_of_text("rules: []\n")
