"""The published tables that checks fill. All tables are listed in `tables`."""

from pipelines.vocabulary.table_columns import (
    Count,
    Flag,
    Instant,
    PartitionedTable,
    Series,
    Table,
    Text,
    TextList,
    filled,
)
from pipelines.vocabulary.words import KNOWLEDGE_STEPS


class CheckResults(PartitionedTable):
    """One row a check of one delivery, as it was last made; laid out by vendor. What was never checked has none."""

    check: Series[Text] = filled("Name of the check, as the UI shows it.")
    is_passed: Series[Flag] = filled("True when the check found nothing wrong.")
    fault_count: Series[Count] = filled("How many faults it found.", ge=0)
    faults: Series[TextList] = filled("The first twenty of them in words; never a delivered value.")


class KnowledgeWaits(Table):
    """One row a step that a known blocking defect waits for, as last looked at; laid out by vendor."""

    vendor: Series[Text] = filled("Key of the company that sells us the leads.")
    rule_id: Series[Text] = filled("The rule that leads failed.")
    form: Series[Text] = filled("Form and version, as the proof names them, else the lead; empty where neither does.")
    step: Series[Text] = filled("What it waits for.", isin=KNOWLEDGE_STEPS)
    due_at: Series[Instant] = filled("By when that should happen.")
    known_at: Series[Instant] = filled("The instant whose knowledge counted.")
