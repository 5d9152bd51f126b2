"""The tables of the database: what a fact has for columns, the books about loads, and what marts join with."""

from partnerkpi.models.source_table import Column, Kind, SourceTable

SCHEMA_VERSION = 1

_TYPES = {
    Kind.STUDENT: "bigint",
    Kind.STAFF: "bigint",
    Kind.TEXT: "varchar",
    Kind.DATE: "date",
    Kind.FLAG: "boolean",
    Kind.CHOICE: "varchar",
    Kind.SCHOOL_YEAR: "varchar",
    Kind.HUNDREDTHS: "integer",
    Kind.MINUTES: "integer",
    Kind.CENTS: "bigint",
}

BOOKS = """
create table about (schema_version integer not null);
create table loads (
  load_id integer not null,
  file varchar not null,
  path varchar not null,
  corrects integer,
  sha256 varchar not null,
  bytes bigint not null,
  rules varchar not null,
  dialect varchar not null,
  source_table varchar not null,
  loaded_at timestamp not null,
  rows_in_file bigint not null,
  loaded bigint not null,
  unchanged bigint not null,
  superseded bigint not null,
  duplicate bigint not null,
  quarantined bigint not null,
  non_data bigint not null,
  replaced bigint not null,
  first_day date,
  last_day date,
  undone_at timestamp
);
create table quarantine (
  load_id integer not null,
  line bigint not null,
  column_name varchar not null,
  rule varchar not null,
  corrected_by integer
);
create table marts (fingerprint varchar not null);
-- Loads whose refused and repeated rows still stand among the facts, unseen, and the places of the repeated ones
-- counted backwards from the last row: see direct.py.
create table unsettled (load_id integer not null, source_table varchar not null, place bigint);
"""

# The release ledger: every board that was written, and every figure on it as it was told. Not there in a database from
# before there was a ledger, until the first board is booked.
LEDGER = """
create table if not exists published_boards (
  board_id integer not null,
  partner varchar not null,
  period varchar not null,
  day date not null,
  version varchar not null,
  tool varchar not null,
  format varchar not null,
  sha256 varchar not null,
  manifest varchar not null
);
create table if not exists published_figures (
  board_id integer not null,
  code varchar not null,
  kpi varchar not null,
  program varchar not null,
  period varchar not null,
  time_window varchar not null,
  group_by varchar not null,
  group_value varchar not null,
  state varchar not null,
  text varchar not null
);
-- Whom a figure is about, where the board is about others as well; not there in a ledger from before there were such.
alter table published_figures add column if not exists partner varchar;
"""

# The run ledger: every unattended run, what it made or why not, and what became of each delivery. Nothing in it is ever
# changed but the end of a run; a database that never saw a run has none.
RUNS = """
create table if not exists runs (
  run_id integer not null,
  started_at timestamp not null,
  since date not null,
  tool varchar not null,
  exit_code integer
);
create table if not exists run_boards (
  run_id integer not null,
  partner varchar not null,
  period varchar not null,
  audience varchar not null,
  state varchar not null,
  reason varchar not null,
  late varchar[] not null,
  path varchar not null,
  sha256 varchar not null,
  title varchar not null,
  script varchar not null
);
create table if not exists deliveries (
  run_id integer not null,
  partner varchar not null,
  period varchar not null,
  audience varchar not null,
  recipient varchar not null,
  method varchar not null,
  sha256 varchar not null,
  state varchar not null,
  reason varchar not null
);
"""

# What the marts join the facts with; made and written anew whenever the marts are, so that an older database gets its
# columns.
REFERENCE = """
create or replace table periods (
  period_id integer, quarter_id integer, school_year varchar, time_window varchar, first_day date, last_day date,
  -- Whoever was in a cohort on this day or later is in it in the period.
  members_from date
);
create or replace table period_quarters (period_id integer, quarter_id integer);
create or replace table member_quarters (period_id integer, quarter_id integer);
create or replace table days (date date, quarter_id integer, school_year varchar);
create or replace table years (period_id integer, year_before_id integer);
create or replace table terms (school_year varchar, term varchar, quarter_id integer);
create or replace table college_terms (term varchar, quarter_id integer);
create or replace table grade_scale (
  school_year varchar, mark varchar, points_hundredths integer, final boolean, passing boolean, d_or_f boolean
);
create or replace table level_weights (school_year varchar, level varchar, points_hundredths integer);
create or replace table core_subjects (subject varchar);
create or replace table rates (rate varchar, first_day date, last_day date, cents integer, most_hundredths integer);
create or replace table eligibility (group_by varchar, group_value varchar);
create or replace table cohorts (cohort_id integer, partner varchar, program varchar);
-- `name_of` is whose name it is, whichever cohort counts the rows from the first day to the last.
create or replace table cohort_names (
  partner varchar, program varchar, cohort_id integer, name_of varchar, first_day date, last_day date
);
"""

GROUPS = """
create {temporary} view student_group_values as
select student_id, school_year, entry.key as group_by, entry.value as group_value
from (select student_id, school_year, unnest(map_entries(groups)) as entry from students)
where entry.value <> ''
"""


def type_of(column: Column) -> str:
    """The warehouse type of a column."""
    return _TYPES[column.kind]


def fact_columns(table: SourceTable) -> dict[str, str]:
    """Names and types of a fact table's columns, without the books' own.

    A table without a natural key numbers its equal rows (`occurrence`), so that each stays a record of its own;
    `groups` holds whatever columns named group_* an export brings.
    """
    columns = {column.fact: type_of(column) for column in table.columns}
    if table.groups:
        columns["groups"] = "map(varchar, varchar)"
    if not table.key:
        columns["occurrence"] = "integer"
    return columns
