"""Arrow does without pandas until a frame is asked of it, and then has it."""

import subprocess
import sys

PROGRAM = """
import sys
import pyarrow as pa
from pipelines.arrays.without_frames import go_without_frames
go_without_frames()
values = pa.array(["a", None])
print("pandas" in sys.modules)
import pandas
print(pa.table({"x": values.is_null()}).to_pandas()["x"].tolist())
print(pa.array(pandas.Series([1.0, float("nan")])).null_count)
print(sum(type(finder).__name__ == "_NoPandas" for finder in sys.meta_path))
"""


def test_a_list_loads_no_pandas_and_a_frame_has_it() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False", "[False, True]", "1", "0"]
