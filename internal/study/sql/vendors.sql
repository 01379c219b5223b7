-- Who runs trackers, in how many mails and for how many senders.
--
--   cd DATASET && duckdb <sql/vendors.sql

SELECT coalesce(o.vendor, 'unknown') AS vendor, any_value(o.owner_entity) AS owner, count(DISTINCT o.msg_key) AS mails,
       count(DISTINCT m.sender_key) AS senders, count(*) AS trackers
FROM read_parquet('observations.parquet') o JOIN read_parquet('messages.parquet') m USING (msg_key)
WHERE o.verdict = 'tracker' AND m.error IS NULL GROUP BY 1 ORDER BY mails DESC, vendor;
