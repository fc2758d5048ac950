"""The table of faults and attacks is made by the tests, is of today, and says each thing once."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.faults import AREAS, PAGE, Fault, faults, not_defended, page

TEXTS = ("fault", "promise")


def test_the_page_is_of_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make faults`"


def test_every_marker_has_an_area_and_both_texts() -> None:
    assert {fault.area for fault in faults()} == set(AREAS)
    for fault in faults():
        for text in (fault.fault, fault.promise):
            assert len(text) > 10, fault.test
            assert text == text.strip(), fault.test
            assert not set("|\n") & set(text), fault.test
        assert fault.promise.endswith("."), fault.test


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_said_twice(text: str) -> None:
    counts = Counter(getattr(fault, text).lower() for fault in faults())
    assert [said for said, count in counts.items() if count > 1] == []


def test_there_are_rows_enough_and_what_is_not_defended_has_a_reason() -> None:
    assert len(faults()) >= 80
    assert all(row.keys() == {"attack", "reason", "instead"} and all(row.values()) for row in not_defended())


def test_a_marker_is_read_from_functions_and_classes_with_its_texts(tmp_path: Path) -> None:
    marker = "@pytest.mark.fault(area='lake', fault='a ' 'kill', promise='It goes on.')"
    (tmp_path / "test_x.py").write_text(
        f"{marker}\ndef test_a(): ...\nclass TestB:\n    @pytest.mark.server\n    {marker}\n    def test_b(self): ...\n"
        "def test_c(): ...\n"
    )
    assert faults(tmp_path) == [
        Fault("lake", "test_x.py::test_a", "a kill", "It goes on."),
        Fault("lake", "test_x.py::TestB::test_b", "a kill", "It goes on."),
    ]
