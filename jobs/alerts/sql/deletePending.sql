-- Those that came back before they fired: they never were.
delete from alerts
using jsonb_array_elements($1::jsonb) as given (row)
where alerts.rule = row ->> 'rule' and alerts.subject = row ->> 'subject' and alerts.episode = (row ->> 'episode')::int and alerts.state = 'pending'
