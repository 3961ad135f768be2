-- class in documents and changes: 2 management.

-- actor: user, service_account, local, system. origin: the address; null from this machine.
ALTER TABLE change_sets ADD COLUMN actor TEXT NOT NULL DEFAULT 'local';
ALTER TABLE change_sets ADD COLUMN origin TEXT;
-- What happened where no document changed, and what it is about.
ALTER TABLE change_sets ADD COLUMN event TEXT;
ALTER TABLE change_sets ADD COLUMN subject_kind TEXT;
ALTER TABLE change_sets ADD COLUMN subject_id TEXT;
ALTER TABLE change_sets ADD COLUMN tenant TEXT;
-- The chain. A change set's row is never deleted; sets of version 1 are linked when it is opened.
ALTER TABLE change_sets ADD COLUMN rules_digest BLOB;
ALTER TABLE change_sets ADD COLUMN others_digest BLOB;
ALTER TABLE change_sets ADD COLUMN hash BLOB;
CREATE INDEX change_sets_who ON change_sets (who, sequence);
CREATE INDEX change_sets_unlinked ON change_sets (sequence) WHERE hash IS NULL;

-- Whose document it is, and who provides the service that it names.
ALTER TABLE changes ADD COLUMN tenant TEXT;
ALTER TABLE changes ADD COLUMN provider TEXT;
UPDATE changes SET tenant = CASE kind
    WHEN 'tenant' THEN id
    ELSE coalesce(
        coalesce(after, before) ->> '$.tenant',
        (SELECT d.json ->> '$.tenant' FROM documents d
         WHERE d.kind = 'app' AND d.id = coalesce(changes.after, changes.before) ->> '$.app'))
    END,
    provider = (SELECT d.json ->> '$.tenant' FROM documents d
         WHERE d.kind = 'service' AND d.id = coalesce(changes.after, changes.before) ->> '$.service');
CREATE INDEX changes_tenant ON changes (tenant, sequence) WHERE tenant IS NOT NULL;
CREATE INDEX changes_provider ON changes (provider, sequence) WHERE provider IS NOT NULL;

-- Lists are filtered by these.
CREATE INDEX documents_app ON documents (kind, json ->> '$.app', id) WHERE json ->> '$.app' IS NOT NULL;
CREATE INDEX documents_service ON documents (kind, json ->> '$.service', id) WHERE json ->> '$.service' IS NOT NULL;
CREATE INDEX documents_state ON documents (kind, json ->> '$.state', id) WHERE json ->> '$.state' IS NOT NULL;
CREATE INDEX documents_tenant ON documents (kind, json ->> '$.tenant', id) WHERE json ->> '$.tenant' IS NOT NULL;

-- Outside of the change log. expires_at: Unix milliseconds.
CREATE TABLE notes (
    space      TEXT NOT NULL,
    key        TEXT NOT NULL,
    json       TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_end ON notes (expires_at);
