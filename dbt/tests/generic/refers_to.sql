{#- Fails with the rows whose columns name no row of `to`, as `relationships` does for one column. Rows with a null pass. -#}
{% test refers_to(model, columns, to, to_columns=none) %}
{%- set theirs = to_columns or columns %}
select child.*
from {{ model }} as child
left join (select distinct {{ theirs | join(', ') }} from {{ to }}) as parent
  on {% for column in columns %}parent.{{ theirs[loop.index0] }} = child.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
where parent.{{ theirs[0] }} is null
{%- for column in columns %} and child.{{ column }} is not null{% endfor %}
{% endtest %}
