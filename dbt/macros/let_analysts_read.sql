{#- Lets the read-only role of the embedded database read the marts. Elsewhere grants are the administrator's. -#}
{% macro let_analysts_read() %}
  {%- if execute and target.type == 'postgres' and flags.WHICH in ['run', 'build'] -%}
    {%- set known = run_query("select 1 from pg_roles where rolname = 'analyst'") -%}
    {%- if known.rows | length > 0 -%}
      grant usage on schema {{ target.schema }} to analyst;
      grant select on all tables in schema {{ target.schema }} to analyst
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
