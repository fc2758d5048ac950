{# Rates lie in [0, 1], or are NULL. #}
{% test between_zero_and_one(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ column }} not between 0 and 1{{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
