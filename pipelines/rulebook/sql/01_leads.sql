-- every accepted lead of the vendor; numbers follow delivery date, the file's clock, its name, and the row, and carry no
-- row along to be sorted
with lead_files as (
    select delivery_date, file_digest, min(file_name) as file_name
    from all_deliveries
    where role = 'leads' and status in ('accepted', 'accepted_with_rejects')
    group by delivery_date, file_digest
),

delivered as (
    select delivery_date, file_digest, min(delivered_at) as delivered_at
    from all_leads
    group by delivery_date, file_digest
),

files as (
    select
        delivered.delivery_date,
        delivered.file_digest,
        row_number() over (
            order by delivered.delivery_date, delivered.delivered_at, lead_files.file_name, delivered.file_digest
        ) as file_no
    from delivered
    left join lead_files
        on delivered.delivery_date = lead_files.delivery_date and delivered.file_digest = lead_files.file_digest
)

select
    files.file_no * 4294967296 + lead.row_number as lead_no,
    lead.* exclude (file_digest, row_number, sheet_row, answers, probe_keys, contained_keys),
    reference_key(lead.lead_id) as lead_reference,
    reference_key(lead.consent_id) as consent_reference,
    terms.delivery_date is not null as is_judged,
    case
        when lead.audience is null then 'consumer'
        when lead.audience <> 'consumer' and lead.company_siren is null then 'consumer'
        else lead.audience
    end as judged_audience
from all_leads as lead
inner join files
    on lead.delivery_date = files.delivery_date and lead.file_digest = files.file_digest
left join terms
    on lead.delivery_date = terms.delivery_date
