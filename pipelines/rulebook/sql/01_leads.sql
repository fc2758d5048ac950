-- every accepted lead of the vendor with its place in its delivery, and the number of each lead to judge
with lead_files as (
    select delivery_date, file_digest, min(file_name) as file_name
    from all_deliveries
    where role = 'leads' and status in ('accepted', 'accepted_with_rejects')
    group by delivery_date, file_digest
)

select
    row_number() over (order by lead.delivery_date, lead.lead_id) as lead_no,
    lead.*,
    lead_files.file_name,
    terms.delivery_date is not null as is_judged,
    case
        when lead.audience = 'professional' and lead.company_siren is null then 'consumer'
        else lead.audience
    end as judged_audience
from all_leads as lead
left join lead_files
    on lead.delivery_date = lead_files.delivery_date and lead.file_digest = lead_files.file_digest
left join terms
    on lead.delivery_date = terms.delivery_date
