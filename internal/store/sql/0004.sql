-- Form 4: what the reader says of senders, which questions were put to them, and
-- what they permitted for one message.

CREATE TABLE statements (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body      TEXT NOT NULL
);
CREATE INDEX statements_sender ON statements (sender, id);

-- A question that was shown and not answered is not put a second time.
CREATE TABLE asked (
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    what      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (sender, recipient, what)
) WITHOUT ROWID;

CREATE TABLE once (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        INTEGER NOT NULL,
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message   TEXT NOT NULL,
    pictures  INTEGER NOT NULL,
    how       TEXT NOT NULL
);
CREATE INDEX once_sender ON once (sender, id);
CREATE INDEX events_sender ON events (sender) WHERE sender <> '';
