-- leads of each delivery by dimension: rated, with a defect, with a defect for which the vendor answers. Consent, proof
-- and opposition are rated over the leads that a rule of theirs could judge, duplicates left out; quality over accepted
-- leads; conformity, and any dimension, over all rows: what was rejected can't be clean, and what repeats can't dilute.
-- Where a day is final, a later file counts from its own deadline on.
with accepted as (
    select files.vendor, files.delivery_date, files.rows_received, files.rows_rejected
    from all_deliveries as files
    inner join clocks
        on files.delivery_date = clocks.delivery_date and files.delivered_at = clocks.delivered_at
    inner join terms on files.delivery_date = terms.delivery_date
    where
        files.role = 'leads'
        and files.status in ('accepted', 'accepted_with_rejects')
        and (clocks.is_final or not terms.is_final)
),

counting as (
    select lead.lead_no, lead.delivery_date, lead.lead_id, lead.is_duplicate
    from judged_leads as lead
    inner join terms on lead.delivery_date = terms.delivery_date
    where lead.is_final or not terms.is_final
),

rated_counting as (
    select rated_leads.*
    from rated_leads
    semi join counting on rated_leads.lead_no = counting.lead_no
),

received as (
    select vendor, delivery_date, sum(rows_received) as leads_received
    from accepted
    group by vendor, delivery_date
),

rejected as (
    select delivery_date, sum(rows_rejected) as row_count
    from accepted
    group by delivery_date
),

defects as (
    select found.delivery_date, found.lead_id as reference, found.dimension, found.party = 'vendor' as is_vendor
    from all_findings as found
    semi join counting on found.delivery_date = counting.delivery_date and found.lead_id = counting.lead_id
    where found.is_defect and found.lead_id is not null
),

rated as (
    select defects.*
    from defects
    anti join counting as repeated
        on defects.delivery_date = repeated.delivery_date
        and defects.reference = repeated.lead_id
        and repeated.is_duplicate
        and defects.dimension in ('consent', 'proof', 'opposition')
    where defects.dimension in ('consent', 'proof', 'opposition', 'conformity', 'quality')
    union all
    select delivery_date, reference, 'all' as dimension, is_vendor from defects
),

sizes as (
    select delivery_date, 'consent' as dimension, count(*) filter (where consent) as lead_count
    from rated_counting
    group by delivery_date
    union all
    select delivery_date, 'proof' as dimension, count(*) filter (where proof) as lead_count
    from rated_counting
    group by delivery_date
    union all
    select delivery_date, 'opposition' as dimension, count(*) filter (where opposition) as lead_count
    from rated_counting
    group by delivery_date
    union all
    select delivery_date, 'quality' as dimension, count(*) as lead_count
    from counting
    group by delivery_date
    union all
    select delivery_date, unnest(['conformity', 'all']) as dimension, leads_received as lead_count
    from received
),

counted as (
    select
        delivery_date,
        dimension,
        count(distinct reference) as leads_defective,
        count(distinct case when is_vendor then reference end) as leads_vendor_defective
    from rated
    group by delivery_date, dimension
),

unread as (
    select delivery_date, unnest(['conformity', 'all']) as dimension, row_count
    from rejected
),

dimensions as (
    select unnest(['consent', 'proof', 'opposition', 'conformity', 'quality', 'all']) as dimension
)

select
    received.vendor,
    received.delivery_date,
    dimensions.dimension,
    cast(coalesce(sizes.lead_count, 0) as bigint) as leads_received,
    cast(coalesce(counted.leads_defective, 0) + coalesce(unread.row_count, 0) as bigint) as leads_defective,
    cast(coalesce(counted.leads_vendor_defective, 0) + coalesce(unread.row_count, 0) as bigint) as leads_vendor_defective
from received
semi join terms on received.delivery_date = terms.delivery_date
cross join dimensions
left join sizes
    on received.delivery_date = sizes.delivery_date and dimensions.dimension = sizes.dimension
left join counted
    on received.delivery_date = counted.delivery_date and dimensions.dimension = counted.dimension
left join unread
    on received.delivery_date = unread.delivery_date and dimensions.dimension = unread.dimension
