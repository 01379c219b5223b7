-- Form 10: by which address a load of a mail is found, for programs that ask for the
-- address itself. Addresses and hosts stand here as keyed hashes alone; what they were
-- is in the plan.

-- As tokens do, they come in any order: each bucket is a small tree of its own.
CREATE TABLE loads (
    bucket INTEGER NOT NULL,
    key    BLOB NOT NULL,
    plan   INTEGER NOT NULL REFERENCES plans (id),
    number INTEGER NOT NULL,
    PRIMARY KEY (bucket, key, plan, number)
) WITHOUT ROWID;

CREATE TABLE load_hosts (
    key  BLOB NOT NULL,
    plan INTEGER NOT NULL REFERENCES plans (id),
    PRIMARY KEY (key, plan)
) WITHOUT ROWID;

-- Plans that are stored already are read one after the other, the newest first.
INSERT INTO settings SELECT 'loads to index', CAST(max(id) AS TEXT) FROM plans HAVING max(id) IS NOT NULL;
