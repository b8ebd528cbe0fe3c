-- The first form of a data file.

-- The last record number given. Record numbers are never given twice.
CREATE TABLE counter (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('record', 0);

-- The names of tables, with the number of records and of live ones. Never deleted from.
CREATE TABLE table_name (
  number  INTEGER PRIMARY KEY,
  name    TEXT NOT NULL UNIQUE,
  records INTEGER NOT NULL DEFAULT 0,
  live    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Feeds and homes. Never deleted from.
CREATE TABLE feed (
  number INTEGER PRIMARY KEY,
  name   TEXT NOT NULL UNIQUE,
  head   INTEGER NOT NULL DEFAULT 0,
  sum    BLOB NOT NULL DEFAULT x'00000000000000000000000000000000',
  live   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Where a record is. An id of 32 upper-case hex digits is stored as its 16 bytes, any other as text.
CREATE TABLE directory (
  tbl   INTEGER NOT NULL,
  id    ANY NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (tbl, id)
) STRICT, WITHOUT ROWID;

-- place = home feed * 2^36 + record number, so records lie beside those of the same home.
-- state: 0 not held, only named by an entry; 1 live; 2 deleted; 3 merged.
CREATE TABLE record (
  place       INTEGER PRIMARY KEY,
  tbl         INTEGER NOT NULL,
  id          ANY NOT NULL,
  state       INTEGER NOT NULL,
  hash        BLOB,
  revision    INTEGER NOT NULL,
  source      INTEGER NOT NULL,
  merged_into TEXT,
  links       BLOB,
  body        TEXT NOT NULL
) STRICT;

CREATE TABLE entry (
  feed   INTEGER NOT NULL,
  number INTEGER NOT NULL,
  record INTEGER NOT NULL,
  kind   INTEGER NOT NULL,
  hash   BLOB,
  source INTEGER NOT NULL,
  PRIMARY KEY (feed, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_of_record ON entry (record, feed);

-- The way back from a target to the records that refer to it.
CREATE TABLE link (
  role   INTEGER NOT NULL,
  target ANY NOT NULL,
  tbl    INTEGER NOT NULL,
  id     ANY NOT NULL,
  PRIMARY KEY (role, target, tbl, id)
) STRICT, WITHOUT ROWID;

-- What the hub and a site keep beside records and feeds.
CREATE TABLE space_row (
  space INTEGER NOT NULL,
  key   BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
