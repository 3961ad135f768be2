-- In a schema of its own, `postern`, which the search path names. Text is compared by its bytes.
CREATE TABLE meta (
    key   TEXT COLLATE "C" PRIMARY KEY,
    value TEXT NOT NULL
);
-- Which database this is: a copy of one does not pass for a copy of another.
INSERT INTO meta VALUES ('store.database', gen_random_uuid()::text);

-- One row: where the store stands, and from where on its change log is complete. Who writes holds
-- its lock.
CREATE TABLE head (
    one               INTEGER PRIMARY KEY CHECK (one = 1),
    sequence          BIGINT NOT NULL,
    revision          BIGINT NOT NULL,
    hash              BYTEA NOT NULL,
    rules_horizon     BIGINT NOT NULL,
    directory_horizon BIGINT NOT NULL
) WITH (fillfactor = 50);
INSERT INTO head VALUES (1, 0, 0, decode(repeat('00', 32), 'hex'), 0, 0);

-- class: 0 rules, 1 directory, 2 management. version: the sequence number that wrote the row.
-- app to user_id: members of the JSON that lists are filtered by, and people are found by. They stand beside it,
-- since PostgreSQL reads no JSON with an escaped NUL in it.
CREATE TABLE documents (
    kind    TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    class   SMALLINT NOT NULL,
    version BIGINT NOT NULL,
    digest  BYTEA NOT NULL,
    json    TEXT NOT NULL,
    app     TEXT COLLATE "C",
    service TEXT COLLATE "C",
    state   TEXT COLLATE "C",
    tenant  TEXT COLLATE "C",
    email   TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    user_id TEXT COLLATE "C",
    service_account TEXT COLLATE "C",
    PRIMARY KEY (kind, id)
);
-- What the hash of a revision is made of, without reading the documents.
CREATE INDEX documents_rules ON documents (kind, id) INCLUDE (digest) WHERE class = 0;
CREATE INDEX documents_app ON documents (kind, app, id) WHERE app IS NOT NULL;
CREATE INDEX documents_service ON documents (kind, service, id) WHERE service IS NOT NULL;
CREATE INDEX documents_state ON documents (kind, state, id) WHERE state IS NOT NULL;
CREATE INDEX documents_tenant ON documents (kind, tenant, id) WHERE tenant IS NOT NULL;
CREATE INDEX documents_email ON documents (kind, email, id) WHERE email IS NOT NULL;
CREATE INDEX documents_subject ON documents (kind, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX documents_user ON documents (kind, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX documents_service_account ON documents (kind, service_account, id)
    WHERE service_account IS NOT NULL;

-- actor: user, service_account, local, system. origin: the address; null from a node's machine.
-- event: what happened where no document changed; subject and tenant: what it is about.
-- hash: the link in the chain. A change set's row is never deleted.
CREATE TABLE change_sets (
    sequence      BIGINT PRIMARY KEY,
    revision      BIGINT,
    at_ms         BIGINT NOT NULL,
    who           TEXT COLLATE "C" NOT NULL,
    comment       TEXT NOT NULL,
    source        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    origin        TEXT,
    event         TEXT COLLATE "C",
    subject_kind  TEXT COLLATE "C",
    subject_id    TEXT COLLATE "C",
    tenant        TEXT COLLATE "C",
    rules_digest  BYTEA,
    others_digest BYTEA,
    hash          BYTEA
);
CREATE INDEX change_sets_time ON change_sets (at_ms);
CREATE INDEX change_sets_who ON change_sets (who, sequence);

CREATE TABLE changes (
    sequence BIGINT NOT NULL,
    ordinal  BIGINT NOT NULL,
    class    SMALLINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    before   TEXT,
    after    TEXT,
    tenant   TEXT COLLATE "C",
    provider TEXT COLLATE "C",
    PRIMARY KEY (sequence, ordinal)
);
CREATE INDEX changes_document ON changes (kind, id, sequence);
-- Whose document it is, and who provides the service that it names.
CREATE INDEX changes_tenant ON changes (tenant, sequence) WHERE tenant IS NOT NULL;
CREATE INDEX changes_provider ON changes (provider, sequence) WHERE provider IS NOT NULL;

-- The rules changes since the newest checkpoint (its documents are in `checkpoints`) make a
-- revision's documents.
CREATE TABLE revisions (
    number     BIGINT PRIMARY KEY,
    hash       BYTEA NOT NULL,
    sequence   BIGINT NOT NULL UNIQUE,
    checkpoint BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE checkpoints (
    revision BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    json     TEXT NOT NULL,
    PRIMARY KEY (revision, kind, id)
);

-- Outside of the change log. expires_at: Unix milliseconds.
CREATE TABLE notes (
    space      TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    json       TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (space, key)
);
CREATE INDEX notes_end ON notes (expires_at);
