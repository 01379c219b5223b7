-- Who gets the reader's address, in which form, by an opening or by a click.
--
--   cd DATASET && duckdb <sql/leaks.sql

SELECT coalesce(o.etld1, 'suppressed') AS receiver, o.leak_chain, o.leak_depth,
       count(DISTINCT o.msg_key) FILTER (o.element_kind <> 'link') AS mails_on_opening,
       count(DISTINCT o.msg_key) FILTER (o.element_kind = 'link') AS mails_on_click,
       count(DISTINCT m.sender_key) AS senders
FROM read_parquet('observations.parquet') o JOIN read_parquet('messages.parquet') m USING (msg_key)
WHERE o.leak_kind IS NOT NULL AND m.error IS NULL GROUP BY ALL ORDER BY senders DESC, receiver, leak_chain;
