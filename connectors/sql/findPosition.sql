select
  content_hash,
  rows_done,
  done,
  updated_at
from file_positions
where source = $1 and path = $2
