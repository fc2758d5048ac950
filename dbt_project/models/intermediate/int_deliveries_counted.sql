with files as (
    select
        vendor,
        delivery_date,
        file_number,
        role,
        status,
        coalesce(status in ('accepted', 'accepted_with_rejects'), false) as is_accepted,
        coalesce(role = 'leads', false) as has_leads,
        coalesce(role = 'consent_proofs', false) as has_proofs,
        rows_received,
        rows_accepted,
        rows_rejected,
        delivered_at,
        is_received_at_assumed,
        undeclared_column_count
    from {{ ref('stg_lake__delivered_files') }}
),

counted as (
    select
        vendor,
        delivery_date,
        count(distinct file_number) as file_count,
        count(distinct file_number) filter (where status = 'refused') as refused_file_count,
        count(distinct file_number) filter (where status = 'duplicate') as duplicate_file_count,
        count(distinct file_number) filter (where status = 'superseded') as superseded_file_count,
        count(*) filter (where has_leads and is_accepted) as accepted_lead_file_count,
        count(*) filter (where has_leads and status = 'refused') as refused_lead_file_count,
        count(*) filter (where status = 'no_delivery') as missing_count,
        cast(coalesce(sum(rows_received) filter (where has_leads), 0) as bigint) as leads_received,
        cast(coalesce(sum(rows_accepted) filter (where has_leads), 0) as bigint) as leads_accepted,
        cast(coalesce(sum(rows_rejected) filter (where has_leads), 0) as bigint) as leads_rejected,
        cast(coalesce(sum(rows_received) filter (where has_proofs), 0) as bigint) as proofs_received,
        cast(coalesce(sum(rows_accepted) filter (where has_proofs), 0) as bigint) as proofs_accepted,
        cast(coalesce(sum(rows_rejected) filter (where has_proofs), 0) as bigint) as proofs_rejected,
        min(delivered_at) as delivered_at,
        bool_and(is_received_at_assumed) filter (where has_leads) as is_received_at_assumed
    from files
    group by vendor, delivery_date
),

-- what a file has that the contract does not declare stands in both of its rows where it is read as leads and as proofs
undeclared_by_file as (
    select vendor, delivery_date, file_number, max(undeclared_column_count) as undeclared_column_count
    from files
    group by vendor, delivery_date, file_number
),

undeclared as (
    select vendor, delivery_date, cast(sum(undeclared_column_count) as bigint) as undeclared_column_count
    from undeclared_by_file
    group by vendor, delivery_date
)

select
    vendor,
    delivery_date,
    case
        when accepted_lead_file_count > 0 and leads_rejected = 0 then 'accepted'
        when accepted_lead_file_count > 0 then 'accepted_with_rejects'
        when refused_lead_file_count > 0 then 'refused'
        when missing_count > 0 then 'no_delivery'
        else 'no_leads'
    end as status,
    file_count,
    refused_file_count,
    duplicate_file_count,
    superseded_file_count,
    leads_received,
    leads_accepted,
    leads_rejected,
    proofs_received,
    proofs_accepted,
    proofs_rejected,
    undeclared_column_count,
    delivered_at,
    coalesce(is_received_at_assumed, false) as is_received_at_assumed
from counted
inner join undeclared using (vendor, delivery_date)
