-- Form 1 of the store. Forms only go forward; a file that was released is
-- never changed.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- An account that was removed keeps its row: mail programs may hold its
-- tokens for ever.
CREATE TABLE accounts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    address    TEXT NOT NULL UNIQUE,
    k          INTEGER NOT NULL UNIQUE,
    body       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
);

CREATE TABLE plans (
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES accounts (id),
    header_key INTEGER NOT NULL,
    header     BLOB NOT NULL,
    sender     TEXT NOT NULL,
    mode       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    complete   INTEGER NOT NULL,
    saved_at   INTEGER NOT NULL,
    body       BLOB NOT NULL
);
CREATE INDEX plans_header ON plans (header_key);
CREATE INDEX plans_sender ON plans (sender, id) WHERE sender <> '';

-- Tokens are random, so one tree of all of them would be written all over
-- with every group. Each bucket is a small tree of its own.
CREATE TABLE tokens (
    bucket INTEGER NOT NULL,
    key    BLOB NOT NULL,
    plan   INTEGER NOT NULL REFERENCES plans (id),
    number INTEGER NOT NULL,
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;

CREATE TABLE locations (
    account     INTEGER NOT NULL REFERENCES accounts (id),
    mailbox     TEXT NOT NULL,
    uidvalidity INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    plan        INTEGER NOT NULL REFERENCES plans (id),
    PRIMARY KEY (account, mailbox, uidvalidity, uid)
) WITHOUT ROWID;

CREATE TABLE events (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    verdict   TEXT NOT NULL,
    account   INTEGER NOT NULL,
    plan      INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    vendor    TEXT NOT NULL,
    host      TEXT NOT NULL,
    reason    TEXT NOT NULL
);
CREATE INDEX events_at ON events (at);

-- What is left of events: nobody is named.
CREATE TABLE counts (
    day     TEXT NOT NULL,
    kind    TEXT NOT NULL,
    outcome TEXT NOT NULL,
    verdict TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (day, kind, outcome, verdict)
) WITHOUT ROWID;

CREATE TABLE ledger (
    seq      INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL,
    previous BLOB NOT NULL,
    sealed   BLOB NOT NULL,
    hash     BLOB NOT NULL
);

-- Apart from the ledger, so that a key can go and its record stay.
CREATE TABLE ledger_keys (
    seq INTEGER PRIMARY KEY,
    key BLOB NOT NULL
);

CREATE TABLE ledger_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
);

CREATE TABLE pictures (
    sender TEXT PRIMARY KEY,
    shown  INTEGER NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE kept (
    key         BLOB PRIMARY KEY,
    media_type  TEXT NOT NULL,
    fetched_at  INTEGER NOT NULL,
    fresh_until INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    body        BLOB NOT NULL
);
CREATE INDEX kept_used ON kept (used_at);
