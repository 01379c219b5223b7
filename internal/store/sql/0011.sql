-- Form 11: what is counted of loads, kept by the hour, so that a million events need
-- not be read for a page of statistics; and of whom something was held.

-- An hour holds the events of its time up to the setting 'events summed', an ID; those
-- after it are added when they are asked for. An hour of which an event was deleted is
-- NULL until it is summed again. Both are made of the events alone, at any time.
CREATE TABLE event_hours (
    hour INTEGER PRIMARY KEY,
    body BLOB
);
CREATE INDEX event_hours_again ON event_hours (hour) WHERE body IS NULL;

CREATE TABLE held (
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    n         INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    PRIMARY KEY (sender, recipient)
) WITHOUT ROWID;
CREATE INDEX held_last ON held (last DESC, sender, recipient);

INSERT INTO held SELECT sender, recipient, count(*), max(at) FROM events
    WHERE (kind = 'load' AND verdict IN ('tracker', 'suspected') OR kind IN ('link', 'receipt'))
        AND outcome = 'held' AND sender <> ''
    GROUP BY sender, recipient;

CREATE TRIGGER events_held AFTER INSERT ON events
WHEN (NEW.kind = 'load' AND NEW.verdict IN ('tracker', 'suspected') OR NEW.kind IN ('link', 'receipt'))
    AND NEW.outcome = 'held' AND NEW.sender <> ''
BEGIN
    INSERT INTO held VALUES (NEW.sender, NEW.recipient, 1, NEW.at)
        ON CONFLICT (sender, recipient) DO UPDATE SET n = n + 1, last = max(last, excluded.last);
END;

CREATE TRIGGER events_gone AFTER DELETE ON events
BEGIN
    UPDATE event_hours SET body = NULL WHERE hour = OLD.at / 3600000 AND body IS NOT NULL;
END;

-- The last one is looked for only where the deleted one may have been it.
CREATE TRIGGER events_not_held AFTER DELETE ON events
WHEN (OLD.kind = 'load' AND OLD.verdict IN ('tracker', 'suspected') OR OLD.kind IN ('link', 'receipt'))
    AND OLD.outcome = 'held' AND OLD.sender <> ''
BEGIN
    UPDATE held SET n = n - 1, last = CASE WHEN OLD.at < last THEN last ELSE coalesce((
            SELECT max(e.at) FROM events e WHERE e.sender = OLD.sender AND e.sender <> '' AND e.recipient = OLD.recipient
                AND (e.kind = 'load' AND e.verdict IN ('tracker', 'suspected') OR e.kind IN ('link', 'receipt'))
                AND e.outcome = 'held'), 0) END
        WHERE sender = OLD.sender AND recipient = OLD.recipient;
    DELETE FROM held WHERE sender = OLD.sender AND recipient = OLD.recipient AND n <= 0;
END;

-- A list of plans without their bodies: to count some of them, these need not be read.
CREATE INDEX plans_listed ON plans (complete);

-- The order in which lists show senders.
DROP INDEX senders_last;
CREATE INDEX senders_last ON senders (last_seen DESC, key, authenticated DESC);
CREATE INDEX senders_vouched ON senders (authenticated, last_seen DESC, key);
