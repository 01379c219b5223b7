-- Form 12: what a mail has shown, found at once.
-- Whether one load of a mail was shown is asked for each picture of it that may go along
-- with what is sent.
CREATE INDEX events_shown ON events (plan, number)
    WHERE kind = 'load' AND outcome IN ('released', 'copy');
