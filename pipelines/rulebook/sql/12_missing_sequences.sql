-- numbers that no manifest of the folder or of an earlier folder bears although a greater one of the folder does, as
-- texts in their order: `3`, or first and last of a longer run, `3–17`
with numbered as (
    select distinct delivery_date, sequence
    from all_deliveries
    where role = 'manifest' and sequence > 0
),

days as (
    select delivery_date, max(max(sequence)) over (
        order by delivery_date rows between unbounded preceding and 1 preceding
    ) as greatest_before
    from numbered
    group by delivery_date
),

steps as (
    select
        numbered.delivery_date,
        numbered.sequence,
        coalesce(
            lag(numbered.sequence) over (partition by numbered.delivery_date order by numbered.sequence),
            days.greatest_before
        ) as previous
    from numbered
    inner join days on numbered.delivery_date = days.delivery_date
    where days.greatest_before is null or numbered.sequence > days.greatest_before
),

gaps as (
    select
        delivery_date,
        sequence,
        case
            when sequence = previous + 2 then cast(previous + 1 as varchar)
            else cast(previous + 1 as varchar) || '–' || cast(sequence - 1 as varchar)
        end as missing
    from steps
    where sequence > previous + 1
)

select delivery_date, list(missing order by sequence) as missing_sequences
from gaps
group by delivery_date
