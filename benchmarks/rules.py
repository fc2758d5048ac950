"""`python -m benchmarks.rules`: lead uses by all cards against the first 28, in one run, and what one card more costs.

Dossiers are those of the cards' own examples, repeated. What is timed is the statement that gives every outcome.
"""

import argparse
import time
from collections.abc import Sequence
from statistics import median
from typing import Final

from benchmarks.__main__ import machine
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.engines.interface import Session
from pipelines.rulebook.catalogue import load_catalogue
from pipelines.rulebook.compiler import CompiledRule, compile_rules
from pipelines.verdicts.examples import example_dossiers

FIRST: Final = (
    *("basis_admissible", "consent_box_not_prechecked", "consent_double_optin_confirmed", "consent_form_version_known"),
    *("consent_named_recipient_elec", "consent_prior_to_delivery", "consent_refused_at_collection"),
    *("consent_timestamp_coherent", "consent_withdrawn", "elec_consent_per_channel", "opp_other_form"),
    *("opp_vendor_redelivery", "proof_individual_record", "proof_matches_lead", "proof_reused_across_persons"),
    *("tel_consent_five_mentions", "tel_consent_max_age_one_year", "tel_consent_named_professional"),
    *("tel_optin_consent_required",),
)
"""Of the first 28 cards those that judge a lead use; the others judge leads and deliveries."""
ROUNDS: Final = 3


def main() -> None:
    """Repeat the dossiers, time each set of cards in turn, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    catalogue = load_catalogue()
    rules = compile_rules(catalogue, grain="lead_use")
    first = [rule for rule in rules if rule.id in FIRST]
    sets = {"first cards": first, "all but one": rules[:-1], "all cards": rules}
    print("\n".join(machine()), flush=True)
    with DuckDBEngine(threads=1).session() as session:
        session.register("examples", example_dossiers(catalogue.cards))
        session.create("dossier", _repeated(options.rows))
        rounds = [{name: _seconds(session, some) for name, some in sets.items()} for _ in range(ROUNDS)]
    took = {name: median(one[name] for one in rounds) for name in sets}
    print(f"\n{options.rows:,} lead uses, CPU seconds: " + ", ".join(f"{name} {s:.2f}" for name, s in took.items()))
    print(f"all / first {len(first)}: {took['all cards'] / took['first cards']:.2f}")
    print(f"one card more: {took['all cards'] / took['all but one'] - 1:+.1%}")


def _repeated(rows: int) -> str:
    return f"""
        select examples.*
        from range({rows}) as line(number)
        inner join examples on line.number % (select count(*) from examples) = examples.example_no"""


def _seconds(session: Session, rules: Sequence[CompiledRule]) -> float:
    """CPU time of every outcome of some rules; each is summed, so that none is left out."""
    outcomes = ", ".join(f"sum({rule.outcome}) as {rule.id}" for rule in rules)
    began = time.process_time()
    session.fetch(f"select {outcomes} from dossier where used_on is not null or channel is not null")
    return time.process_time() - began


if __name__ == "__main__":
    main()
