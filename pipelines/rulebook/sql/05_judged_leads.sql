-- the leads to judge with what their contract says and what was known, on the clock of each one's file. Whom nobody ordered
-- is judged as whichever the law protects more, of what the lead says and what was ordered
with clock_terms as (
    select
        * exclude (vendor, is_day_clock),
        list_has_any(mapped_fields, ['consent_proofs.snapshot_sha256', 'consent_proofs.proof_sha256'])
            as is_digest_asked, -- of a clock, not of each lead: a list looked through for each costs as much as ten cards
        array_contains(mapped_fields, 'leads.over_18') as is_over_18_asked
    from clocks
)

select
    leads.lead_no,
    leads.* exclude (lead_no, is_judged, delivered_at, audience, judged_audience, channels),
    leads.audience as declared_audience,
    case
        when array_contains(terms.contract_audiences, leads.audience) then leads.judged_audience
        when leads.judged_audience = 'consumer' or array_contains(terms.contract_audiences, 'consumer') then 'consumer'
        else 'professional'
    end as audience,
    case
        when not array_contains(leads.invalid_fields, 'channels') then coalesce(leads.channels, terms.contract_channels)
    end as lead_channels,
    terms.* exclude (delivery_date),
    leads.collected_at + terms.max_lead_age_seconds * interval '1' second as lead_age_limit_at,
    duplicates.lead_no is not null as is_duplicate,
    reused_consents.lead_no is not null as is_consent_of_other_person
from leads
inner join clock_terms as terms
    on leads.delivery_date = terms.delivery_date and leads.delivered_at = terms.delivered_at
left join duplicates on leads.lead_no = duplicates.lead_no
left join reused_consents on leads.lead_no = reused_consents.lead_no
