"""The open stack beside us, as Markdown: a ✔ for each question that is answered, and what it cost."""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.markdown import table_row
from benchmarks.open_stack.questions import QUESTIONS, Answers


def open_stack_lines(tools: Mapping[str, Answers], leads: int) -> Iterator[str]:
    """A row for each question, then what it cost; ours comes first in `tools`."""
    ours, *others = tools
    yield f"One delivery of {leads:,} leads and as many proofs; each tool in a process of its own, nothing warmed up."
    yield "A ✔ with how many leads, proofs, rows or lines were found; of the score, its points."
    yield f"{_told_packages([tools[name] for name in others])}\n"
    yield table_row(("question", ours, *others))
    yield f"|---|{'---:|' * len(tools)}"
    for question, asked in QUESTIONS.items():
        yield table_row((asked, *(_answer_cell(told, question) for told in tools.values())))
    yield from _costs(tools, leads)


def answers_per_second(found: int, leads: int, cpu_seconds: float) -> float:
    """One question answered for one lead is an answer; of a second of CPU."""
    return found * leads / cpu_seconds


def _costs(tools: Mapping[str, Answers], leads: int) -> Iterator[str]:
    ours, *others = tools
    together = frozenset[str]().union(*(tools[name].found for name in others))
    stack = sum(tools[name].took.cpu_seconds for name in others)
    all_of_them = tools.values()
    yield table_row(("**questions answered**", *(f"{len(told.found)} of {len(QUESTIONS)}" for told in all_of_them)))
    yield table_row(("CPU", *(f"{told.took.cpu_seconds:,.1f} s" for told in all_of_them)))
    yield table_row(("and to start up", *(f"{told.start_up_cpu_seconds:,.1f} s" for told in all_of_them)))
    yield table_row(("peak memory", *(f"{told.took.peak_bytes / 1e9:.2f} GB" for told in all_of_them)))
    rates = (answers_per_second(len(told.found), leads, told.took.cpu_seconds) for told in all_of_them)
    yield table_row(("**answers a CPU second**", *(f"{rate:,.0f}" for rate in rates)))
    rate = answers_per_second(len(together), leads, stack)
    answered = f"{len(together)} of {len(QUESTIONS)} questions"
    yield f"\nThe three together: {answered}, {stack:,.1f} s of CPU, {rate:,.0f} answers a CPU second."
    only = [asked for question, asked in QUESTIONS.items() if question in set(tools[ours].found) - together]
    yield f"Answered by us alone: {' '.join(only)}"


def _told_packages(tools: Sequence[Answers]) -> str:
    versions = "; ".join(_enumerated(told.packages) for told in tools)
    licences = {name: licence for told in tools for name, licence in told.licences.items()}
    return f"{versions}. Licences: {_enumerated(licences)}."


def _enumerated(told: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {what}" for name, what in told.items())


def _answer_cell(told: Answers, question: str) -> str:
    return f"✔ {told.found[question]:,}" if question in told.found else "–"
