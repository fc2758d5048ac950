select
    vendor,
    delivery_date,
    dimension,
    is_final,
    leads_received,
    leads_defective,
    leads_vendor_defective,
    {{ rate('leads_defective', 'leads_received') }} as defect_rate,
    {{ rate('leads_vendor_defective', 'leads_received') }} as vendor_defect_rate,
    running_leads_received,
    running_leads_vendor_defective,
    {{ rate('running_leads_vendor_defective', 'running_leads_received') }} as running_vendor_defect_rate
from {{ ref('int_dimension_running_totals') }}
