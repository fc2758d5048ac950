{# Every combination of the columns is in the other table, under the same names. #}
{% test refers_to(model, columns, to) %}
select {{ columns | join(', ') }} from {{ model }}
except
select {{ columns | join(', ') }} from {{ to }}
{% endtest %}
