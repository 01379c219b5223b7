-- Form 9: which host names are other names of others, as the DNS said when the
-- reader had it asked.

CREATE TABLE aliases (
    host     TEXT PRIMARY KEY,
    target   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    resolver TEXT NOT NULL
) WITHOUT ROWID;
