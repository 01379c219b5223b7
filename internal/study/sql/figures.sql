-- Every figure of figures.csv and of the report, made again from the dataset.
--
--   cd DATASET && duckdb <sql/figures.sql
--
-- A figure is num of den, with the interval in which it would lie were the senders drawn
-- anew: each sender stands in replicate b as often as Poisson's law with mean 1 says,
-- looked up for the first 32 bits of md5(seed|b|sender).

SET VARIABLE seed = '{{seed}}';
SET VARIABLE replicates = {{replicates}};

CREATE OR REPLACE TEMP VIEW messages AS SELECT * FROM read_parquet('messages.parquet');
CREATE OR REPLACE TEMP VIEW observations AS SELECT * FROM read_parquet('observations.parquet');

-- Mails that were looked into, with their sender.
CREATE OR REPLACE TEMP TABLE mail AS
SELECT msg_key, campaign_key, recv_week, coalesce(sender_key, '') AS sender, declared_consent, declared_sender, declared_purposes
FROM messages WHERE error IS NULL;

CREATE OR REPLACE TEMP TABLE obs AS
SELECT o.*, m.sender, o.element_kind NOT IN ('link', 'receipt') AS load, o.verdict = 'tracker' AS tracker,
       coalesce(o.third_party, false) AS third
FROM observations o JOIN mail m USING (msg_key);

-- What each mail shows.
CREATE OR REPLACE TEMP TABLE mark AS
SELECT m.msg_key, m.campaign_key, m.sender, f.figure, bool_or(coalesce(f.shown, false)) AS shown
FROM mail m LEFT JOIN (
  SELECT msg_key, unnest([
    {figure: 'tracker-load', shown: load AND tracker},
    {figure: 'tracker-load-proven', shown: load AND tracker AND coalesce(certainty = 'proven', false)},
    {figure: 'suspected-or-tracker-load', shown: load AND verdict IN ('tracker', 'suspected')},
    {figure: 'tracked-link', shown: element_kind = 'link' AND tracker},
    {figure: 'receipt', shown: element_kind = 'receipt'},
    {figure: 'leak-load', shown: load AND leak_kind IS NOT NULL},
    {figure: 'leak-link', shown: element_kind = 'link' AND leak_kind IS NOT NULL},
    {figure: 'third-party-load', shown: load AND third},
    {figure: 'third-party-tracker-load', shown: load AND third AND tracker},
    {figure: 'cname-load', shown: load AND cname_etld1 IS NOT NULL},
    {figure: 'exempt', shown: verdict = 'exempt'},
    {figure: 'ungated-tracker', shown: load AND tracker AND action = 'ungated'},
    {figure: 'list-hit-load', shown: load AND len(list_hits) > 0},
    {figure: 'invisible-load', shown: load AND invisible_class IN ('tiny', 'hidden')}
  ], recursive := true) FROM obs
) f USING (msg_key) GROUP BY ALL;

-- A mail without a reference shows nothing of any figure.
CREATE OR REPLACE TEMP TABLE marks AS
SELECT m.msg_key, m.campaign_key, m.sender, n.figure, coalesce(k.shown, false) AS shown
FROM mail m CROSS JOIN (SELECT DISTINCT figure FROM mark WHERE figure IS NOT NULL) n
LEFT JOIN mark k ON k.msg_key = m.msg_key AND k.figure = n.figure;

-- For each figure and sender: num of den.
CREATE OR REPLACE TEMP TABLE share AS
SELECT 'mails' AS part, figure, sender, count(*) FILTER (shown) AS num, count(*) AS den FROM marks GROUP BY ALL
UNION ALL
SELECT 'senders', figure, sender, bool_or(shown)::BIGINT, 1 FROM marks GROUP BY ALL
UNION ALL
SELECT 'campaigns', figure, sender, count(*) FILTER (shown), count(*) FROM (
  SELECT figure, sender, campaign_key, bool_or(shown) AS shown FROM marks WHERE campaign_key IS NOT NULL GROUP BY ALL) GROUP BY ALL
UNION ALL
SELECT 'week', m.recv_week, m.sender, count(*) FILTER (k.shown), count(*)
FROM mail m JOIN marks k ON k.msg_key = m.msg_key AND k.figure = 'tracker-load' WHERE m.recv_week IS NOT NULL GROUP BY ALL
UNION ALL
SELECT 'certainty', c.c, sender, count(*) FILTER (certainty = c.c), count(*)
FROM obs CROSS JOIN (SELECT unnest(['proven', 'strong', 'weak']) AS c) c WHERE tracker GROUP BY ALL
UNION ALL
SELECT 'exempt', 'all', sender, count(*) FILTER (verdict = 'exempt'), count(*) FROM obs WHERE verdict <> 'clean' GROUP BY ALL
UNION ALL
SELECT 'compared', c.c, sender, count(*) FILTER (compared = c.c), count(*)
FROM obs CROSS JOIN (SELECT unnest(['individual', 'aggregate', 'variant', 'unaligned']) AS c) c
WHERE load AND compared IS NOT NULL GROUP BY ALL;

-- Of seed mailboxes: what stood in the protocol when the mail came.
CREATE OR REPLACE TEMP TABLE declared AS
SELECT m.declared_consent AS state, m.declared_sender AS sender, t.shown, l.shown AS link,
  exists (SELECT 1 FROM obs o WHERE o.msg_key = m.msg_key AND o.load AND o.tracker AND NOT list_has_all(m.declared_purposes, o.purpose_guess)) AS beyond
FROM mail m JOIN marks t ON t.msg_key = m.msg_key AND t.figure = 'tracker-load'
JOIN marks l ON l.msg_key = m.msg_key AND l.figure = 'tracked-link'
WHERE m.declared_consent IS NOT NULL;

INSERT INTO share
SELECT 'declared', state, sender, count(*) FILTER (shown), count(*) FROM declared GROUP BY ALL
UNION ALL
SELECT 'declared-link', state, sender, count(*) FILTER (link), count(*) FROM declared GROUP BY ALL
UNION ALL
SELECT 'declared', 'granted-beyond', sender, count(*) FILTER (beyond), count(*) FROM declared WHERE state = 'granted' GROUP BY ALL
UNION ALL
SELECT 'declared-sender', state, sender, bool_or(shown)::BIGINT, 1 FROM declared GROUP BY ALL;

-- Shares of all mails: mails with a tracker of each kind.
INSERT INTO share
SELECT part, figure, sender, sum(num), sum(den) FROM (
  SELECT 'vector' AS part, vector AS figure, sender, count(DISTINCT msg_key) AS num, 0 AS den FROM obs WHERE tracker GROUP BY ALL
  UNION ALL
  SELECT 'vendor', coalesce(vendor, 'unknown'), sender, count(DISTINCT msg_key), 0 FROM obs WHERE tracker GROUP BY ALL
  UNION ALL
  SELECT 'purpose', p, sender, count(DISTINCT msg_key), 0 FROM (SELECT sender, msg_key, unnest(purpose_guess) AS p FROM obs WHERE tracker) GROUP BY ALL
  UNION ALL
  SELECT 'leak', leak_chain, sender, count(DISTINCT msg_key), 0 FROM obs WHERE tracker AND leak_chain IS NOT NULL GROUP BY ALL
  UNION ALL
  SELECT 'cname', cname_etld1, sender, count(DISTINCT msg_key), 0 FROM obs WHERE tracker AND cname_etld1 IS NOT NULL GROUP BY ALL
  UNION ALL
  SELECT k.part, k.figure, m.sender, 0, m.den FROM (SELECT sender, count(*) AS den FROM mail GROUP BY ALL) m CROSS JOIN (
    SELECT DISTINCT 'vector' AS part, vector AS figure FROM obs WHERE tracker
    UNION SELECT 'vendor', coalesce(vendor, 'unknown') FROM obs WHERE tracker
    UNION SELECT 'purpose', unnest(purpose_guess) FROM obs WHERE tracker
    UNION SELECT 'leak', leak_chain FROM obs WHERE tracker AND leak_chain IS NOT NULL
    UNION SELECT 'cname', cname_etld1 FROM obs WHERE tracker AND cname_etld1 IS NOT NULL) k
  UNION ALL
  SELECT 'exemption', exemption, sender, count(*), 0 FROM obs WHERE verdict = 'exempt' GROUP BY ALL
  UNION ALL
  SELECT 'exemption', k.exemption, m.sender, 0, m.den
  FROM (SELECT sender, count(*) AS den FROM obs WHERE verdict <> 'clean' GROUP BY ALL) m
  CROSS JOIN (SELECT DISTINCT exemption FROM obs WHERE verdict = 'exempt') k
) GROUP BY ALL;

-- How often each sender stands in each replicate.
CREATE OR REPLACE TEMP TABLE weight AS
SELECT sender, b, CASE {{poisson}} END AS w
FROM (SELECT sender, b, ('0x' || substr(md5(getvariable('seed') || '|' || b || '|' || sender), 1, 8))::BIGINT AS u
      FROM (SELECT DISTINCT sender FROM share) CROSS JOIN range(getvariable('replicates')) r(b));

CREATE OR REPLACE TEMP TABLE replicate AS
SELECT part, figure, b, sum(w * num)::DOUBLE / sum(w * den)::DOUBLE AS rate
FROM share JOIN weight USING (sender) GROUP BY ALL HAVING sum(w * den) > 0;

CREATE OR REPLACE TEMP TABLE interval95 AS
SELECT part, figure, rates[n * 25 // 1000 + 1] AS low, rates[n - n * 25 // 1000] AS high
FROM (SELECT part, figure, list_sort(list(rate)) AS rates, count(*) AS n FROM replicate GROUP BY ALL);

SELECT part, figure, sum(num)::BIGINT AS num, sum(den)::BIGINT AS den, sum(num)::DOUBLE / nullif(sum(den), 0)::DOUBLE AS rate,
       any_value(low) AS low, any_value(high) AS high, count(*) FILTER (den > 0) AS senders
FROM share LEFT JOIN interval95 USING (part, figure) GROUP BY part, figure ORDER BY part, figure;
