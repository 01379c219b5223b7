-- Who tracked although the answer was no, was taken back, or was never asked for: one
-- row for each sender that was signed up with, from a study of seed mailboxes.
--
--   cd DATASET && duckdb <sql/refused.sql

SELECT m.declared_sender AS sender, m.declared_consent AS answer, count(*) AS mails,
       count(*) FILTER (o.loads > 0) AS mails_tracked, count(*) FILTER (o.links > 0) AS mails_with_tracked_links,
       count(DISTINCT m.mailbox) AS mailboxes, min(m.received_at) AS first, max(m.received_at) AS last
FROM read_parquet('messages.parquet') m LEFT JOIN (
  SELECT msg_key, count(*) FILTER (element_kind NOT IN ('link', 'receipt')) AS loads, count(*) FILTER (element_kind = 'link') AS links
  FROM read_parquet('observations.parquet') WHERE verdict = 'tracker' GROUP BY ALL) o USING (msg_key)
WHERE m.error IS NULL AND m.declared_consent IN ('refused', 'withdrawn', 'not-asked')
GROUP BY ALL HAVING count(*) FILTER (o.loads > 0) > 0 ORDER BY mails_tracked DESC, sender, answer;
