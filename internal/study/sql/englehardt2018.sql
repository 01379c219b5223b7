-- The measures of Englehardt, Han and Narayanan (PoPETs 2018(1)) that need no crawl: shares
-- of mails and senders with third-party content, third-party trackers, and the recipient's
-- address sent to a third party on opening; links that would send it on a click. A tracker
-- is what a filter list of the study names, or by verdict where it has no list.
--
--   cd DATASET && duckdb <sql/englehardt2018.sql

WITH o AS (
  SELECT *, coalesce(third_party, false) AND element_kind NOT IN ('link', 'receipt') AS away,
         CASE WHEN list_hash IS NULL THEN verdict = 'tracker' ELSE len(list_hits) > 0 END AS tracks
  FROM read_parquet('observations.parquet')
), m AS (
  SELECT m.msg_key, coalesce(m.sender_key, '') AS sender, coalesce(bool_or(o.away), false) AS third,
         coalesce(bool_or(o.away AND o.tracks), false) AS tracker, coalesce(bool_or(o.away AND o.leak_kind IS NOT NULL), false) AS leak
  FROM read_parquet('messages.parquet') m LEFT JOIN o USING (msg_key) WHERE m.error IS NULL GROUP BY ALL
), s AS (
  SELECT sender, bool_or(third) AS third, bool_or(tracker) AS tracker, bool_or(leak) AS leak FROM m GROUP BY ALL
)
SELECT 'mails' AS part, count(*)::INTEGER AS n, count(*) FILTER (third)::INTEGER AS third_party, count(*) FILTER (tracker)::INTEGER AS tracker,
       count(*) FILTER (leak)::INTEGER AS leak FROM m
UNION ALL
SELECT 'senders', count(*)::INTEGER, count(*) FILTER (third)::INTEGER, count(*) FILTER (tracker)::INTEGER, count(*) FILTER (leak)::INTEGER FROM s
UNION ALL
SELECT 'links', count(*)::INTEGER, NULL, NULL, count(*) FILTER (third_party AND leak_kind IS NOT NULL)::INTEGER
FROM o JOIN m USING (msg_key) WHERE element_kind = 'link' AND third_party IS NOT NULL
ORDER BY part;
