{# The columns have values where the condition holds, and nowhere else. #}
{% test set_exactly_when(model, columns, condition) %}
select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}({{ column }} is not null) <> coalesce({{ condition }}, false){{ ' or ' if not loop.last }}{% endfor %}
{% endtest %}
