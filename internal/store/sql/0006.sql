-- Form 6: events say where in the mail the reference stands and what it is for, so
-- that both can be counted. Of events before they are not known.

ALTER TABLE events ADD COLUMN vector TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN purposes TEXT NOT NULL DEFAULT '';
