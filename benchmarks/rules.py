"""`python -m benchmarks.rules`: lead uses judged by all cards against the first 28, and what one card more costs.

One delivery is taken in once and judged whole, dossier to scorecards, by each set of cards in turn, in this process.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.__main__ import OPPOSITIONS_PER_LEAD, machine
from benchmarks.data import AS_OF, CHANNELS, DAY, write_house
from benchmarks.one_delivery import VENDOR
from benchmarks.product import take_in
from pipelines.house import House
from pipelines.rulebook.catalogue import Catalogue
from pipelines.settings import load_settings
from pipelines.verdicts.judge import Judge

FIRST: Final = frozenset(
    (
        *("basis_admissible", "channel_not_contracted", "consent_box_not_prechecked", "consent_double_optin_confirmed"),
        *("consent_form_version_known", "consent_named_recipient_elec", "consent_prior_to_delivery"),
        *("consent_refused_at_collection", "consent_timestamp_coherent", "consent_withdrawn", "date_order_ambiguous"),
        *("elec_consent_per_channel", "field_invalid", "format_differs", "lead_duplicate", "lead_too_old_at_delivery"),
        *("min_only_contract_fields", "opp_other_form", "opp_vendor_redelivery", "proof_individual_record"),
        *("proof_matches_lead", "proof_reused_across_persons", "sequence_gap", "tel_consent_five_mentions"),
        *("tel_consent_max_age_one_year", "tel_consent_named_professional", "tel_optin_consent_required"),
        *("value_placeholder",),
    )
)
"""The cards of the first catalogue."""
ONE: Final = "consent_not_in_terms"
"""A card of ordinary size that nothing needs."""


def main() -> None:
    """Take in, judge by each set, print CPU seconds and their ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="lead uses")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the temporary home is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="opposable-benchmarks-", dir=options.folder) as name:
        print("\n".join(machine()), flush=True)
        house = _house(Path(name), options.rows // len(CHANNELS))
        cards = house.catalogue.cards
        sets = {
            "first": [card for card in cards if card.id in FIRST],
            "all_but_one": [card for card in cards if card.id != ONE],
            "all": list(cards),
        }
        judges = {key: _judge(house, replace(house.catalogue, cards=tuple(some))) for key, some in sets.items()}
        rounds = [{key: _seconds(house, judge) for key, judge in judges.items()} for _ in range(options.rounds)]
    took = {key: median(one[key] for one in rounds) for key in sets}
    print(f"\n{options.rows:,} lead uses, CPU seconds: {', '.join(f'{key} {took[key]:.2f}' for key in took)}")
    print(f"{len(sets['all'])} cards / {len(sets['first'])} cards: {took['all'] / took['first']:.2f}")
    each = (took["all"] / took["first"] - 1) / (len(sets["all"]) - len(sets["first"]))
    print(f"one card more: {took['all'] / took['all_but_one'] - 1:+.1%} measured on one, {each:+.1%} on the mean")


def _house(home: Path, leads: int) -> House:
    print(f"taking in {leads:,} leads", file=sys.stderr, flush=True)
    write_house(home, leads=leads, oppositions=OPPOSITIONS_PER_LEAD * leads)
    house = House(load_settings({"OPPOSABLE_HOME": str(home)}))
    with house.lake.writing(VENDOR):
        take_in(house, house.contracts().of(VENDOR), VENDOR, DAY)
    return house


def _judge(house: House, catalogue: Catalogue) -> Judge:
    return Judge(engine=house.engine, lake=house.lake, catalogue=catalogue)


def _seconds(house: House, judge: Judge) -> float:
    began = time.process_time()
    for _ in judge.judge(house.contracts().of(VENDOR), VENDOR, [DAY], as_of=AS_OF):
        pass
    return time.process_time() - began


if __name__ == "__main__":
    main()
