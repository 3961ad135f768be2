-- By which people and what is theirs is found.
CREATE INDEX documents_email ON documents (kind, json ->> '$.email', id) WHERE json ->> '$.email' IS NOT NULL;
CREATE INDEX documents_service_account ON documents (kind, json ->> '$.service_account', id) WHERE json ->> '$.service_account' IS NOT NULL;
CREATE INDEX documents_subject ON documents (kind, json ->> '$.subject', id) WHERE json ->> '$.subject' IS NOT NULL;
CREATE INDEX documents_user ON documents (kind, json ->> '$.user', id) WHERE json ->> '$.user' IS NOT NULL;
