select
    deliveries.vendor,
    deliveries.delivery_date,
    deliveries.status,
    deliveries.file_count,
    deliveries.refused_file_count,
    deliveries.duplicate_file_count,
    deliveries.superseded_file_count,
    deliveries.leads_received,
    deliveries.leads_accepted,
    deliveries.leads_rejected,
    {{ rate('deliveries.leads_rejected', 'deliveries.leads_received') }} as reject_rate,
    deliveries.proofs_received,
    deliveries.proofs_accepted,
    deliveries.proofs_rejected,
    deliveries.undeclared_column_count,
    deliveries.delivered_at,
    deliveries.is_received_at_assumed,
    states.is_judged,
    states.is_final,
    states.known_at,
    states.catalogue_digest
from {{ ref('int_deliveries_counted') }} as deliveries
inner join {{ ref('stg_lake__delivery_states') }} as states using (vendor, delivery_date)
