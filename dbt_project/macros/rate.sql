{#- A part of a whole in [0, 1]; NULL where there is no whole. -#}
{% macro rate(part, whole) -%}
    case when {{ whole }} > 0 then cast({{ part }} as double) / {{ whole }} end
{%- endmacro %}
