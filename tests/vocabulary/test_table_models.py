"""Frames of published tables as Pandera checks them."""

import sys
from typing import Any

import pandas as pd
import pytest

from pipelines.vocabulary.table_models import model_of
from pipelines.vocabulary.tables import TABLES, arrow_schema


class Searches(list[str]):
    """Names of the modules that Python looked for; it finds none."""

    def find_spec(self, name: str, *_: Any) -> None:
        self.append(name)


@pytest.mark.parametrize("table", TABLES)
def test_to_check_a_frame_nothing_is_searched_on_the_path(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = arrow_schema(table).empty_table().to_pandas(types_mapper=pd.ArrowDtype)
    model_of(table).validate(frame)  # what it loads once
    searches = Searches()
    monkeypatch.setattr(sys, "meta_path", [searches, *sys.meta_path])
    model_of(table).validate(frame)
    assert searches == []
