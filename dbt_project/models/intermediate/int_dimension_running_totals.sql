-- a provisional delivery has its own counts, and leaves the totals as they were: scores wait for the last word, too
with counts as (
    select
        counts.vendor,
        counts.delivery_date,
        counts.dimension,
        counts.leads_received,
        counts.leads_defective,
        counts.leads_vendor_defective,
        states.is_final
    from {{ ref('stg_lake__dimension_counts') }} as counts
    inner join {{ ref('stg_lake__delivery_states') }} as states using (vendor, delivery_date)
)

select
    vendor,
    delivery_date,
    dimension,
    is_final,
    leads_received,
    leads_defective,
    leads_vendor_defective,
    cast(sum(case when is_final then leads_received else 0 end) over so_far as bigint) as running_leads_received,
    cast(sum(case when is_final then leads_vendor_defective else 0 end) over so_far as bigint)
        as running_leads_vendor_defective
from counts
window so_far as (partition by vendor, dimension order by delivery_date rows unbounded preceding)
