-- what a contract means for each day to judge, on the day's own clock
select * exclude (is_day_clock)
from clocks
where is_day_clock
