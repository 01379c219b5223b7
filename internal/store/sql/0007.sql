-- Form 7: what mail upon mail showed of senders, and which mails may be copies of one
-- mailing. Both hold the forms of addresses and keyed hashes, and no address.

CREATE TABLE memories (
    sender  TEXT NOT NULL,
    vouched INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (sender, vouched)
);
CREATE INDEX memories_at ON memories (at);

CREATE TABLE mailings (
    key       BLOB NOT NULL,
    sender    TEXT NOT NULL,
    recipient BLOB NOT NULL,
    plan      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (key, plan)
) WITHOUT ROWID;
CREATE INDEX mailings_at ON mailings (at);
CREATE INDEX mailings_sender ON mailings (sender);
