/** Functions seen to work on RisingWave 2.8.5, and those of sql/functions that are made there. */
export const SHOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'count sum avg min max first_value last_value array_agg string_agg bool_or stddev_pop stddev_samp var_pop percentile_cont ' +
    'approx_percentile jsonb_build_object lag lead row_number date_trunc date_bin extract split_part greatest least ' +
    'coalesce nullif exp ln sqrt power sign round floor abs to_char now version jsonb_array_elements ' +
    'ema frame_sum frame_stddev_pop last_known mean_deviation rows_since_max rows_since_min wma'
  ).split(' '),
);

/** Seen to be rejected. */
export const REJECTED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['corr', 'write it out with sums'],
  ['max_by', 'take last_value(x order by y)'],
  ['min_by', 'take first_value(x order by y)'],
  ['ntile', 'cut into classes by their edges'],
  ['percent_rank', 'count rows and divide'],
  ['width_bucket', 'write floor((x - low) / width)'],
  ['jsonb_to_recordset', "take jsonb_array_elements and x->>'column'"],
  ['obj_description', 'ask rw_catalog.rw_description, or the table catalog'],
]);

/** Types that values were seen to be cast to, as the parser names them. */
export const SHOWN_TYPES: ReadonlySet<string> = new Set(
  'int4 int8 float8 numeric varchar timestamptz jsonb bool'.split(' '),
);

/** Names of columns that RisingWave's parser takes for the beginning of an expression (`src/sqlparser/src/parser.rs`), unless quoted. */
export const EXPRESSION_WORDS: ReadonlySet<string> = new Set(
  'exists extract interval overlay position row substring trim'.split(' '),
);

export const SHOWN_OPERATORS: ReadonlySet<string> = new Set('+ - * / = <> < > <= >= -> ->>'.split(' '));

/**
 * Forms of statements that only RisingWave's parser reads, each as it was seen to work. A statement that has one of them is not
 * looked at any further.
 */
export const SHOWN_FORMS: readonly RegExp[] = [
  /^flush$/,
  /^wait$/,
  /^show jobs$/,
  /^create subscription \w+ from \w+ with \(retention = '[\w ]+'\)$/,
  /^drop subscription \w+$/,
  /^declare \w+ subscription cursor for \w+ (since (now\(\)|begin\(\)|\d+)|full)$/,
  /^fetch \d+ from \w+ with \(timeout = '\d+s'\)$/,
  /^close \w+$/,
  /^alter (materialized view|table|view|source|sink|subscription) \w+ swap with \w+$/,
  /^alter view \w+ rename to \w+$/,
  /^alter materialized view \w+ set parallelism = \d+$/,
  /^alter system set barrier_interval_ms = \d+$/,
  /^drop (materialized view|view|table|sink|aggregate|function) \w+$/,
  /^grant usage on schema \w+ to \w+$/,
  /^grant select on all (tables|materialized views) in schema \w+ to \w+$/,
  /^grant select on (materialized view|view) \w+ to \w+$/,
  /^set (background_ddl|rw_implicit_flush|streaming_use_snapshot_backfill) (=|to) (true|false)$/,
  /^set timezone (=|to) 'utc'$/,
  /^set statement_timeout (=|to) '\d+(s|min)'$/,
  /^begin read only$/,
  /^(commit|rollback)$/,
  /^create sink \w+ from \w+ with \(.*connector = '(kafka|elasticsearch)'.*\)( format upsert encode json)?$/,
];
