-- Conservation: of leads and of proofs, each row received became one or the other.
{{ config(meta={'dagster': {'ref': {'name': 'fct_deliveries'}}}) }}

select vendor, delivery_date
from {{ ref('fct_deliveries') }}
where
    leads_received <> leads_accepted + leads_rejected
    or proofs_received <> proofs_accepted + proofs_rejected
