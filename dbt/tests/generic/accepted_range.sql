{#- Fails with the rows whose value is outside of [least, most]; either may be left out. Nulls pass. -#}
{% test accepted_range(model, column_name, least=none, most=none) %}
select *
from {{ model }}
where false
{%- if least is not none %} or {{ column_name }} < {{ least }}{% endif %}
{%- if most is not none %} or {{ column_name }} > {{ most }}{% endif %}
{% endtest %}
