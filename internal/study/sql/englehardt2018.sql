-- The measures of Englehardt, Han and Narayanan (PoPETs 2018(1)) that need no crawl, row by
-- row as "unseen study tables englehardt2018" gives them: shares of mails and senders with
-- third-party content, third-party trackers, and the recipient's address sent to a third
-- party on opening; links that would send it on a click; how many third parties a mail
-- loads from; in which encodings and layers the address is sent, and to whom. A tracker is
-- what a filter list of the study names, or by verdict where it has no list.
--
--   cd DATASET && duckdb <sql/englehardt2018.sql

WITH o AS (
  SELECT *, coalesce(third_party, false) AND element_kind NOT IN ('link', 'receipt') AS away,
         CASE WHEN list_hash IS NULL THEN verdict = 'tracker' ELSE len(list_hits) > 0 END AS tracks
  FROM read_parquet('observations.parquet')
), m AS (
  SELECT m.msg_key, coalesce(m.sender_key, '') AS sender, coalesce(bool_or(o.away), false) AS third,
         coalesce(bool_or(o.away AND o.tracks), false) AS tracker, coalesce(bool_or(o.away AND o.leak_kind IS NOT NULL), false) AS leak,
         count(DISTINCT coalesce(o.etld1, '(suppressed)')) FILTER (o.away) AS parties
  FROM read_parquet('messages.parquet') m LEFT JOIN o USING (msg_key) WHERE m.error IS NULL GROUP BY ALL
), s AS (
  SELECT sender, bool_or(third) AS third, bool_or(tracker) AS tracker, bool_or(leak) AS leak FROM m GROUP BY ALL
), l AS (
  SELECT o.*, m.sender FROM o JOIN m USING (msg_key) WHERE o.away AND o.leak_kind IS NOT NULL
), tables AS (
  SELECT 1 AS place, 'mails' AS "table", unnest(['third-party', 'tracker', 'leak']) AS measure,
         unnest([count(*) FILTER (third), count(*) FILTER (tracker), count(*) FILTER (leak)]) AS "count", count(*) AS "of" FROM m
  UNION ALL
  SELECT 2, 'senders', unnest(['third-party', 'tracker', 'leak']),
         unnest([count(*) FILTER (third), count(*) FILTER (tracker), count(*) FILTER (leak)]), count(*) FROM s
  UNION ALL
  SELECT 3, 'links', 'leak', count(*) FILTER (third_party AND leak_kind IS NOT NULL), count(*)
  FROM o JOIN m USING (msg_key) WHERE element_kind = 'link' AND third_party IS NOT NULL
  UNION ALL
  SELECT 4, 'third parties in a mail', parties::VARCHAR, count(*), (SELECT count(*) FROM m) FROM m GROUP BY parties
  UNION ALL
  SELECT 5, 'encodings', leak_chain, count(*), (SELECT count(*) FROM l) FROM l GROUP BY leak_chain
  UNION ALL
  SELECT 6, 'layers', leak_depth::VARCHAR, count(*), (SELECT count(*) FROM l) FROM l GROUP BY leak_depth
  UNION ALL
  SELECT 7, 'recipients', coalesce(etld1, '(suppressed)') AS receiver, count(DISTINCT sender), (SELECT count(*) FROM s) FROM l GROUP BY receiver
)
SELECT "table", measure, "count"::INTEGER AS "count", "of"::INTEGER AS "of" FROM tables
ORDER BY place, CASE WHEN place IN (5, 7) THEN -"count" WHEN place IN (4, 6) THEN measure::INTEGER ELSE 0 END, measure;
