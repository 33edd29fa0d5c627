"""The SQL of the embedded log; the tables are in `shared/bus/migrations`."""

CHANNEL = "bus"

DECLARE = """
INSERT INTO head (topic, partition)
SELECT topic, partition FROM unnest($1::text[]) AS topic, generate_series(0, $2::integer - 1) AS partition
ON CONFLICT DO NOTHING
"""

# Sorted, so that two publishers never wait for one another's rows.
LOCK_HEADS = """
SELECT topic, partition, next_position FROM head
WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::integer[]))
ORDER BY topic, partition FOR UPDATE
"""

STORE = """
INSERT INTO log (topic, partition, position, key, headers, value)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::json[], $6::bytea[])
"""

MOVE_HEADS = """
UPDATE head SET next_position = new.next_position
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS new (topic, partition, next_position)
WHERE head.topic = new.topic AND head.partition = new.partition
"""

WAKE = "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic"

JOIN = """
INSERT INTO progress (consumer_group, topic, partition)
SELECT $1, topic, partition FROM head WHERE topic = ANY($2::text[])
ON CONFLICT DO NOTHING
"""

# The shared lock that each member holds for the life of its connection is how members are counted.
ENTER = "SELECT pg_advisory_lock_shared(hashtext('bus'), hashtext($1))"
SHARE = """
SELECT ceil((SELECT count(*) FROM progress WHERE consumer_group = $1 AND topic = ANY($2::text[]))::numeric
            / greatest(count(*), 1))::integer
FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::integer = hashtext('bus') AND objid::integer = hashtext($1)
"""

# In random order, so that no partition starves when a member's share is smaller than what has news.
TAKE = """
SELECT progress.topic, progress.partition, progress.position, head.next_position
FROM progress JOIN head USING (topic, partition)
WHERE progress.consumer_group = $1 AND progress.topic = ANY($2::text[]) AND head.next_position > progress.position
ORDER BY random() LIMIT $3
FOR UPDATE OF progress SKIP LOCKED
"""

READ = """
SELECT log.topic, log.partition, log.position, log.key, log.headers, log.value
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS taken (topic, partition, position)
CROSS JOIN LATERAL (
    SELECT * FROM log
    WHERE log.topic = taken.topic AND log.partition = taken.partition AND log.position >= taken.position
    ORDER BY log.position LIMIT $4
) AS log
ORDER BY log.topic, log.partition, log.position
"""

MOVE_ON = """
UPDATE progress SET position = new.position
FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS new (topic, partition, position)
WHERE progress.consumer_group = $1 AND progress.topic = new.topic AND progress.partition = new.partition
"""

# Messages that retention removed before the group ever saw them are not lag.
LAG = """
SELECT head.topic,
       sum(head.next_position
           - greatest(coalesce(progress.position, 0), coalesce(oldest.position, head.next_position)))::bigint
FROM head
LEFT JOIN progress ON progress.consumer_group = $1 AND progress.topic = head.topic
                  AND progress.partition = head.partition
LEFT JOIN LATERAL (
    SELECT position FROM log WHERE log.topic = head.topic AND log.partition = head.partition ORDER BY position LIMIT 1
) AS oldest ON true
WHERE head.topic = ANY($2::text[]) GROUP BY head.topic
"""

PRUNE = """
DELETE FROM log
WHERE stored_at < now() - make_interval(secs => $1)
  AND NOT EXISTS (SELECT FROM progress WHERE progress.topic = log.topic AND progress.partition = log.partition
                                         AND progress.position <= log.position)
"""
