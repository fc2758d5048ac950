{#-
  The rows of a table of the lake, with the columns that the source declares and no others, in the declared types; NULL
  where an earlier version wrote a file without one.

  A table that has no file yet has no rows: a new house publishes empty marts. Partition columns are read as text and
  cast here, so that a vendor named 0042 stays one.
-#}
{% macro lake_rows(table) -%}
{%- if execute -%}
    {%- set declared = (graph.sources.values() | selectattr('name', 'equalto', table.identifier) | first).columns -%}
    {%- set files = lake_files(table.identifier) -%}
    {%- set has_files = run_query("select count(*) from glob(" ~ files ~ ")").columns[0].values()[0] > 0 -%}
    {%- set layout -%}
        select
        {%- for column in declared.values() %}
            cast(null as {{ column.data_type }}) as {{ column.name }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        where false
    {%- endset -%}
    select
    {%- for column in declared.values() %}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from (
        {{ layout }}
    {%- if has_files %}
        union all by name
        select *
        from read_parquet({{ files }}, hive_partitioning = true, hive_types_autocast = false, union_by_name = true)
    {%- endif %}
    )
{%- else -%}
    select 1
{%- endif -%}
{%- endmacro %}

{#- Pattern of a table's files, as a SQL literal; the lake's path comes with its own wildcards escaped. -#}
{% macro lake_files(table) -%}
    '{{ (env_var('DBT_OPPOSABLE_LAKE', 'target/lake') ~ '/' ~ table ~ '/**/part-0.parquet') | replace("'", "''") }}'
{%- endmacro %}
