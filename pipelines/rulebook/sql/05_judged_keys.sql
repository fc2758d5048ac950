-- the keys of the leads to judge with what was known, on the clock of each one's file
select
    keys.* exclude (delivery_date, delivered_at, is_judged),
    terms.* exclude (is_day_clock)
from lead_keys as keys
inner join clocks as terms
    on keys.delivery_date = terms.delivery_date and keys.delivered_at = terms.delivered_at
