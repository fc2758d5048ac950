-- by day, the leads with a consent of the last week in which calls to consumers were opt-out, and how many are usual: few,
-- or three times as many as of the week before
select
    lead.delivery_date,
    count(distinct case when candidate.consent_on >= date '2026-08-04' then lead.lead_no end) as last_week_consents,
    greatest(
        4, 3 * count(distinct case when candidate.consent_on < date '2026-08-04' then lead.lead_no end)
    ) as usual_last_week_consents
from candidates as candidate
inner join judged_leads as lead on candidate.lead_no = lead.lead_no
where candidate.consent_on between date '2026-07-28' and date '2026-08-10'
group by lead.delivery_date
