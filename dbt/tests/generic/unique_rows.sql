{#- Fails with the keys that more than one row has. -#}
{% test unique_rows(model, columns) %}
select
  {{ columns | join(', ') }},
  count(*) as rows_of_key
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
