-- Form 8: what the texts of mail say of tracking, found when they passed; and what
-- the reader had verified of signatures: keys as they were first seen, the domains
-- that they allowed to be asked for, and the messages whose signature verified.

CREATE TABLE claims (
    message BLOB PRIMARY KEY,
    body    TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE dkim_keys (
    domain   TEXT NOT NULL,
    selector TEXT NOT NULL,
    record   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (domain, selector)
) WITHOUT ROWID;

CREATE TABLE dkim_allowed (
    domain TEXT PRIMARY KEY,
    at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE dkim_proofs (
    message BLOB NOT NULL,
    domain  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (message, domain)
) WITHOUT ROWID;
