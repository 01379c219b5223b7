-- Form 3: how many messages came through, and in how many of them something
-- could not be held, by reason. The reason '' counts all messages, '*' those
-- with any reason.

CREATE TABLE mail_counts (
    account INTEGER NOT NULL,
    reason  TEXT NOT NULL,
    mails   INTEGER NOT NULL,
    PRIMARY KEY (account, reason)
) WITHOUT ROWID;

-- What was not held before is not known any more without reading each plan.
INSERT INTO mail_counts SELECT account, '', count(*) FROM plans GROUP BY account;
