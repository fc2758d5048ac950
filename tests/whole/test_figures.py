"""What `make figures` writes: every figure was measured, slopes are right, and steep ones are told loudly."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from benchmarks.data import DAY
from benchmarks.figures import pages, results, running
from benchmarks.figures.axes import AXES, Sizes
from benchmarks.figures.charts import PANEL, WIDTH, chart
from benchmarks.figures.homes import home_of
from benchmarks.figures.one_axis import run_stages, some_cards
from benchmarks.figures.results import Machine, Point, Results
from benchmarks.figures.slopes import serial_share, slope
from benchmarks.figures.tables import axis_lines, steep_said, summary_lines
from benchmarks.markdown import with_block
from benchmarks.open_stack.ours import counted
from benchmarks.open_stack.questions import QUESTIONS, Answers
from benchmarks.open_stack.table import answers_per_second, open_stack_lines
from benchmarks.stopwatch import Stopwatch, Took, whole_of
from pipelines.rulebook.catalogue import load_catalogue

MACHINE = Machine(2, 24, "Linux", "3.11.7", {"duckdb": "2.0.0"}, "abc1234", (0.1, 0.1, 0.1), (1.9, 1.0, 0.5))
LEADS = next(axis for axis in AXES if axis.name == "leads")
TOOK = Took(wall_seconds=1.0, cpu_seconds=1.0, peak_bytes=10**9, written_bytes=10**6)


@pytest.mark.parametrize("path", pages.rendered(results.load()), ids=lambda path: path.name)
def test_no_figure_of_a_page_is_typed(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages.rendered(results.load())[path]


@pytest.mark.parametrize(
    ("sizes", "values", "expected"),
    [
        ([1, 10, 100], [2, 20, 200], 1.0),
        ([1, 10, 100], [3, 300, 30_000], 2.0),
        ([10, 20, 40], [5, 5, 5], 0.0),
        ([1, math.e, math.e**2], [1, math.e, math.e], 0.5),  # (-1, 0, 1) across, (0, 1, 1) up: 1 / 2
        ([100, 1], [10, 1], 0.5),
        ([10, 10], [1, 2], None),
        ([10, 100], [0, 1], None),
    ],
)
def test_a_slope_is_the_exponent_that_fits_best(
    sizes: list[float], values: list[float], expected: float | None
) -> None:
    assert slope(sizes, values) == (expected if expected is None else pytest.approx(expected, abs=1e-9))


@pytest.mark.parametrize(
    ("workers", "seconds", "expected"),
    [
        ([1, 2, 4], [10, 6, 4], 0.2),
        ([1, 2], [10, 10], 1.0),
        ([1, 4], [8, 2], 0.0),
        ([2, 4], [10, 6], None),
        ([1], [10], None),
    ],
)
def test_the_serial_share_is_amdahls(workers: list[int], seconds: list[float], expected: float | None) -> None:
    assert serial_share(workers, seconds) == (expected if expected is None else pytest.approx(expected))


def grown(*cpu: float, other_cores: float = 0.0, wall: float | None = None) -> Results:
    """Two stages over 10,000, 100,000 … leads: of one the CPU is told, the other takes the same at every step."""
    points = tuple(
        Point("leads", 10 ** (4 + place), 10 ** (4 + place), {
            "intake": TOOK,
            "judgement": replace(TOOK, cpu_seconds=seconds, wall_seconds=wall**place if wall else 1.0),
        }, other_cores)
        for place, seconds in enumerate(cpu)
    )  # fmt: skip
    return Results("full", MACHINE, points)


def test_what_grows_faster_than_the_work_is_told_loudly() -> None:
    found = grown(1.0, 20.0, 400.0)  # log10(20) = 1.30; the whole goes from 2 to 401: log10(200.5) / 2 = 1.15
    assert steep_said(found) == [
        "leads of one delivery: judgement, CPU 1.30",
        "leads of one delivery: judgement, CPU 1.30 in its last step",
        "leads of one delivery: all of these, CPU 1.15",
        "leads of one delivery: all of these, CPU 1.28 in its last step",  # log10(401 / 21)
    ]
    for lines in (summary_lines(found), axis_lines(found)):
        assert list(lines)[-1] == f"**SLOPE ABOVE 1.05: {'; '.join(steep_said(found))}.**"


def test_what_grows_as_the_work_does_is_not() -> None:
    assert list(summary_lines(grown(1.0, 10.0, 100.0)))[-1] == "No slope is above 1.05."


def test_a_stage_that_takes_next_to_nothing_is_not_judged() -> None:
    assert steep_said(grown(0.0001, 0.02, 0.4)) == []


def test_what_is_the_same_at_any_size_hides_nothing_at_the_end() -> None:
    told = steep_said(grown(1.0, 1.0, 15.0))  # log10(15) / 2 = 0.59; log10(15) = 1.18
    assert told == ["leads of one delivery: judgement, CPU 1.18 in its last step"]


def test_wall_clocks_and_last_steps_are_judged_on_a_quiet_machine_alone() -> None:
    assert steep_said(grown(1.0, 1.0, 15.0, other_cores=1.5)) == []
    assert "leads of one delivery: judgement, wall clock 1.30" in steep_said(grown(1, 1, 1, wall=20))
    assert steep_said(grown(1, 1, 1, wall=20, other_cores=1.5)) == []


def test_a_machine_that_did_other_work_is_told_of() -> None:
    told = "\n".join(summary_lines(grown(1, 1, other_cores=1.5)))
    assert "other programs kept up to 1.5 of 2 cores busy" in told
    assert "not quiet" not in "\n".join(summary_lines(grown(1, 1)))


def test_a_whole_is_its_stages_one_after_the_other() -> None:
    whole = whole_of({"a": Took(1, 2, 30, 4), "b": Took(10, 20, 3, 40)})
    assert whole == Took(wall_seconds=11, cpu_seconds=22, peak_bytes=30, written_bytes=44)


def test_results_are_kept_whole(tmp_path: Path) -> None:
    tool = Answers(0.5, TOOK, {"rows": 3}, {"pandera": "0.35.0"}, {"pandera": "MIT"})
    kept = replace(grown(1, 2), failures={"days": "no"}, open_stack={"Pandera": tool}, open_stack_leads=7)
    results.save(kept, tmp_path / "kept.json")
    assert results.load(tmp_path / "kept.json") == kept


def test_a_run_goes_on_where_it_was_interrupted_and_tells_what_it_could_not_measure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    kept: list[Results] = []
    done = replace(
        grown(*range(1, 6)), points=tuple(Point("leads", step, step, {"intake": TOOK}, 0.0) for step in LEADS.full)
    )
    assert running.measure_axis(LEADS, tmp_path / "file", done, kept.append, with_largest=False) == done
    failed = running.measure_axis(LEADS, tmp_path / "file", Results("quick", MACHINE), kept.append, with_largest=False)
    assert kept[-1] == failed
    assert str(tmp_path) not in failed.failures["leads"]
    assert "**Not measured: leads of one delivery**" in "\n".join(axis_lines(failed))


def test_the_picture_shows_every_stage_within_its_frame() -> None:
    root = ElementTree.fromstring(chart(grown(1, 10, 100)))
    lines = {line.get("class"): line.get("points", "") for line in root.iter("{http://www.w3.org/2000/svg}polyline")}
    assert set(lines) == {"even", "series intake", "series judgement", "series all"}
    for points in lines.values():
        places = [tuple(map(float, point.split(","))) for point in points.split()]
        assert all(0 <= x <= WIDTH and 0 <= y <= PANEL[1] for x, y in places)


def test_a_block_of_a_page_is_replaced_and_a_page_without_one_is_told() -> None:
    page = "a\n<!-- x: from here -->\nold\n<!-- x: to here -->\nb"
    assert with_block(page, "x", ["new"]) == "a\n<!-- x: from here -->\nnew\n<!-- x: to here -->\nb"
    with pytest.raises(ValueError, match="<!-- y: from here -->"):
        with_block(page, "y", ["new"])


def test_some_cards_are_of_every_grain() -> None:
    some = some_cards(15)
    assert len(some.cards) == 15
    assert {card.grain for card in some.cards} == {card.grain for card in load_catalogue().cards}


def test_a_stage_has_its_own_peak_its_childrens_work_and_what_it_wrote(tmp_path: Path) -> None:
    watch, burn = Stopwatch((tmp_path,)), "x = 0\nfor number in range(2_000_000): x += number"
    with watch.stage("large"):
        bytearray(b"x") * 200_000_000
        (tmp_path / "written").write_bytes(b"1234567")
    with watch.stage("small"):
        subprocess.run([sys.executable, "-c", burn], check=True)
    large, small = watch.took["large"], watch.took["small"]
    assert (large.written_bytes, small.written_bytes) == (7, 0)
    assert small.cpu_seconds > 0.02
    assert large.peak_bytes > 200_000_000 or sys.platform != "linux"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Stopwatch]:
    home = home_of(tmp_path_factory.mktemp("figures"), Sizes(leads=1_500, oppositions=400))
    return home, run_stages(home, load_catalogue())


def test_every_stage_of_a_home_is_timed_and_leaves_something(judged: tuple[Path, Stopwatch]) -> None:
    home, watch = judged
    assert list(watch.took) == ["intake", "judgement", "receipts", "scores", "dossiers"]
    assert min(took.written_bytes for took in watch.took.values()) > 0
    assert (home / "dossiers" / "index.html").exists()


def test_we_answer_every_question_and_find_what_the_files_say(judged: tuple[Path, Stopwatch]) -> None:
    home, _ = judged
    found = counted(home)
    assert set(found) == set(QUESTIONS)
    folder = home / "inbox" / "vendor-000" / DAY.isoformat()
    with duckdb.connect() as connection:
        for name in ("leads", "proofs"):
            connection.execute(f"create table {name} as from read_csv('{folder / name}.csv', all_varchar = true)")
        without = "select count(*) from leads anti join proofs using (consent_id)"
        same = "lower(trim(leads.email)) = lower(trim(proofs.email))"
        phone = "right(regexp_replace({table}.phone, '[^0-9]', '', 'g'), 9)"
        same += f" or {phone.format(table='leads')} = {phone.format(table='proofs')}"
        other = f"select count(*) from leads join proofs using (consent_id) where not ({same})"
        expected = [connection.execute(query).fetchall()[0][0] for query in (without, other)]
    assert [found["proof"], found["person"]] == expected
    assert min(expected) > 0


def test_an_answer_is_a_question_for_a_lead_and_the_three_tools_count_once() -> None:
    assert answers_per_second(4, 1_000, 2.0) == 2_000
    ours = Answers(1.0, replace(TOOK, cpu_seconds=13.0), dict.fromkeys(QUESTIONS, 1), {}, {})
    one, two = (Answers(1.0, TOOK, found, {}, {}) for found in ({"rows": 5, "values": 5}, {"rows": 5, "person": 1}))
    told = "\n".join(open_stack_lines({"Opposable": ours, "one": one, "two": two}, 1_000))
    assert "| **questions answered** | 13 of 13 | 2 of 13 | 2 of 13 |" in told
    assert "The three together: 3 of 13 questions, 2.0 s of CPU, 1,500 answers a CPU second." in told
    assert f"| {QUESTIONS['rows']} | ✔ 1 | ✔ 5 | ✔ 5 |" in told
