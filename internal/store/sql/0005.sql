-- Form 5: read receipts that a mail program wanted to send, and what became of
-- each.

CREATE TABLE receipts (
    id        TEXT PRIMARY KEY,
    at        INTEGER NOT NULL,
    account   INTEGER NOT NULL,
    sender    TEXT NOT NULL,
    goes_to   TEXT NOT NULL,
    subject   TEXT NOT NULL,
    says      TEXT NOT NULL,
    automatic INTEGER NOT NULL,
    state     TEXT NOT NULL,
    changed   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX receipts_at ON receipts (at);
CREATE INDEX receipts_sender ON receipts (sender) WHERE sender <> '';
