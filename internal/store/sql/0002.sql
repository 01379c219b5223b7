-- Form 2: who wrote, counted with the plans of their mails.

CREATE TABLE senders (
    key           TEXT NOT NULL,
    authenticated INTEGER NOT NULL,
    display       TEXT NOT NULL,
    address       TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    account       INTEGER NOT NULL,
    first_seen    INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL,
    mails         INTEGER NOT NULL,
    PRIMARY KEY (key, authenticated)
) WITHOUT ROWID;
CREATE INDEX senders_last ON senders (authenticated, last_seen);

-- Until now they were a setting, which knew the last mail and not the first.
INSERT OR IGNORE INTO senders
    SELECT j.value ->> 'key', coalesce(j.value ->> 'authenticated', 0), coalesce(j.value ->> 'display', ''),
        coalesce(j.value ->> 'address', ''), coalesce(j.value ->> 'account', ''),
        coalesce((SELECT a.id FROM accounts a WHERE a.address = j.value ->> 'account'), 0),
        coalesce(unixepoch(j.value ->> 'last'), 0) * 1000, coalesce(unixepoch(j.value ->> 'last'), 0) * 1000,
        coalesce(j.value ->> 'messages', 1)
    FROM settings s, json_each(CASE WHEN json_valid(s.value) THEN s.value ELSE '[]' END) j
    WHERE s.name = 'senders' AND j.type = 'object' AND j.value ->> 'key' <> '';
DELETE FROM settings WHERE name = 'senders';

-- The plans know when the first mail came, and whom the setting forgot.
UPDATE senders SET
    first_seen = coalesce((SELECT min(p.saved_at) FROM plans p WHERE p.sender = key AND p.sender <> ''), first_seen),
    account = coalesce((SELECT p.account FROM plans p WHERE p.sender = key AND p.sender <> '' ORDER BY p.id DESC LIMIT 1), account)
    WHERE authenticated = 1;
INSERT OR IGNORE INTO senders
    SELECT sender, 1, '', '', '', max(account), min(saved_at), max(saved_at), count(*)
    FROM plans WHERE sender <> '' GROUP BY sender;
