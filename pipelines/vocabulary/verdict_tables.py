"""The published tables that judging fills, one class a table. Those of the intake are in `tables`."""

from pipelines.vocabulary import words
from pipelines.vocabulary.table_columns import (
    Count,
    Flag,
    Instant,
    PartitionedTable,
    Series,
    Text,
    TextList,
    filled,
    optional,
)


class Verdicts(PartitionedTable):
    """One row a lead use, on the clock at delivery."""

    lead_id: Series[Text] = filled("The vendor's reference of the lead.")
    channel: Series[Text] = filled("Channel of the lead use.", isin=words.CHANNELS)
    verdict: Series[Text] = filled("The sum of the outcomes.", isin=words.VERDICTS)
    failed_rules: Series[TextList] = filled("Rules that failed, of the lead use and of its lead, sorted by id.")
    unknown_rules: Series[TextList] = filled("Rules without an answer, of the lead use and of its lead, sorted by id.")
    is_final: Series[Flag] = filled("True from the proof deadline on.")
    known_at: Series[Instant] = filled(
        "Facts known up to here counted: `as_of`, not after the deadline nor before the leads had come."
    )
    catalogue_digest: Series[Text] = filled("Digest of the rules that judged.")


class UsableLeads(PartitionedTable):
    """One row a lead use of the leads that are still held, on the clock *today*; one file, replaced by every run."""

    lead_id: Series[Text] = filled("The vendor's reference of the lead.")
    channel: Series[Text] = filled("Channel of the lead use.", isin=words.CHANNELS)
    verdict: Series[Text] = filled("Whether the lead may be contacted at `as_of`.", isin=words.VERDICTS)
    usable_until: Series[Instant] = optional(
        "From when on it may not, by what is known now; NULL where nothing ends it, and where it is not usable."
    )
    reasons: Series[TextList] = filled("Blocking rules that fail or have no answer, sorted; empty where it is usable.")
    as_of: Series[Instant] = filled("The instant of use that was judged; all that was known by then counted.")


class Findings(PartitionedTable):
    """Every fail and every unknown, at the grain of its rule."""

    lead_id: Series[Text] = optional("The lead; NULL for a rule of grain delivery.")
    channel: Series[Text] = optional("The channel; NULL for rules of grain lead or delivery.", isin=words.CHANNELS)
    rule_id: Series[Text] = filled("The rule.")
    outcome: Series[Text] = filled("What the rule says.", isin=("fail", "unknown"))
    is_proven: Series[Flag] = optional("True for a breach, false for a fact not proven in time; NULL for unknown.")
    severity: Series[Text] = filled("How grave the rule is.", isin=words.SEVERITIES)
    attributable_to: Series[Text] = optional("Who answers for a fail; NULL for unknown.", isin=words.ATTRIBUTIONS)
    pending_on: Series[Text] = optional(
        "Who owes the missing fact, of unknowns and not-proven fails.", isin=words.PARTIES
    )
    dimension: Series[Text] = filled("Dimension of the score.", isin=words.DIMENSIONS)
    facts: Series[Text] = filled("The card's evidence columns, as JSON; no direct identifier.")
    missing_facts: Series[TextList] = optional(
        "Of unknowns and not-proven fails: fields that were not delivered, as `object.field`, joined by `|` where one "
        "would do; `consent_proofs` where there is no proof. NULL for breaches."
    )


class Corrections(PartitionedTable):
    """What became known of a lead use after its verdict was final: one row a cause; laid out by vendor, append-only."""

    lead_id: Series[Text] = filled("The vendor's reference of the lead.")
    channel: Series[Text] = filled("Channel of the lead use.", isin=words.CHANNELS)
    known_at: Series[Instant] = filled("Instant of the run that found it; scores and claims count it from then on.")
    cause: Series[Text] = filled("Why it is judged otherwise.", isin=words.CORRECTION_CAUSES)
    from_verdict: Series[Text] = optional(
        "What stood until then, corrections included; NULL where there was no such lead use.", isin=words.VERDICTS
    )
    to_verdict: Series[Text] = optional(
        "What stands from then on; as before where the vendor's account alone changes.", isin=words.VERDICTS
    )
    attributable_to: Series[Text] = filled("At whose account the correction is.", isin=words.ATTRIBUTIONS)
    rules: Series[TextList] = filled("Rules that fail or have no answer on one side alone, sorted.")
    charged_rules: Series[TextList] = filled("Rules that the lead use fails at the vendor's account from then on.")
    released_rules: Series[TextList] = filled("Rules that it fails at the vendor's account no more.")
    charged_dimensions: Series[TextList] = filled(
        "Dimensions, and `all`, in which the lead counts against the vendor from then on."
    )
    released_dimensions: Series[TextList] = filled("Those in which it counts against the vendor no more.")
    catalogue_digest: Series[Text] = filled("Digest of the rules that say so.")
    account_digest: Series[Text] = filled(
        "Digest of the day's published tables that it corrects: once these are others, the row is history."
    )


class Scorecards(PartitionedTable):
    """Counts of one delivery by channel and rule."""

    channel: Series[Text] = optional("Contract channel; NULL for rules that count leads or the delivery.")
    rule_id: Series[Text] = filled("The rule.")
    dimension: Series[Text] = filled("Dimension of the score.", isin=words.DIMENSIONS)
    pass_count: Series[Count] = filled("Lead uses, leads or deliveries that pass.", ge=0)
    fail_count: Series[Count] = filled("Those that fail.", ge=0)
    unknown_count: Series[Count] = filled("Those without an answer.", ge=0)
    not_applicable_count: Series[Count] = filled("Those that the rule does not concern.", ge=0)
    vendor_attributable_count: Series[Count] = filled("Fails for which the vendor answers.", ge=0)


class DimensionScorecards(PartitionedTable):
    """Leads of one delivery by dimension of the score; `all` is any dimension."""

    dimension: Series[Text] = filled("Dimension, or `all`.", isin=(*words.RATED_DIMENSIONS, "all"))
    leads_received: Series[Count] = filled(
        "Leads that the dimension is rated over: those that a rule could judge, without duplicates, for `consent`, "
        "`proof` and `opposition`; the accepted ones for `quality`; every data row, rejects included, for the others.",
        ge=0,
    )
    leads_defective: Series[Count] = filled("Leads with a defect in the dimension.", ge=0)
    leads_vendor_defective: Series[Count] = filled("Leads with a defect for which the vendor answers.", ge=0)
