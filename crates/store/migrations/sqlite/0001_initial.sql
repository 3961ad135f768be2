CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: where the store stands, and from where on its change log is complete.
CREATE TABLE head (
    one               INTEGER PRIMARY KEY CHECK (one = 1),
    sequence          INTEGER NOT NULL,
    revision          INTEGER NOT NULL,
    hash              BLOB NOT NULL,
    rules_horizon     INTEGER NOT NULL,
    directory_horizon INTEGER NOT NULL
) STRICT;
INSERT INTO head VALUES (1, 0, 0, x'0000000000000000000000000000000000000000000000000000000000000000', 0, 0);

-- class: 0 rules, 1 directory. version: the sequence number that wrote the row.
CREATE TABLE documents (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    class   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    json    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_key ON documents (kind, id);
-- What the hash of a revision is made of, without reading the documents.
CREATE INDEX documents_rules ON documents (kind, id, digest) WHERE class = 0;

CREATE TABLE change_sets (
    sequence INTEGER PRIMARY KEY,
    revision INTEGER,
    at_ms    INTEGER NOT NULL,
    who      TEXT NOT NULL,
    comment  TEXT NOT NULL,
    source   TEXT NOT NULL
) STRICT;
CREATE INDEX change_sets_time ON change_sets (at_ms);

CREATE TABLE changes (
    sequence INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    before   TEXT,
    after    TEXT
) STRICT;
CREATE UNIQUE INDEX changes_position ON changes (sequence, ordinal);
CREATE INDEX changes_document ON changes (kind, id, sequence);

-- The rules changes since the newest checkpoint (1: its documents are in `checkpoints`) make a
-- revision's documents.
CREATE TABLE revisions (
    number     INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL,
    sequence   INTEGER NOT NULL UNIQUE,
    checkpoint INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE checkpoints (
    revision INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    json     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX checkpoints_key ON checkpoints (revision, kind, id);
