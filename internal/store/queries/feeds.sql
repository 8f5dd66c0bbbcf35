-- name: InsertFeed :exec
INSERT INTO feed (id, url, site, title, language, topic, bundled, schedule, state, next_poll_at,
    polled_at, failures, repeats_guids, etag, last_modified, body_hash, last_error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, false, '', '', '', '');

-- name: Feed :one
SELECT * FROM feed WHERE id = $1;

-- FeedByURL finds a feed by the address it has or had. A feed that was moved into
-- another keeps its address, but what is found there is the other one.
-- name: FeedByURL :one
SELECT * FROM feed WHERE id = coalesce(
    (SELECT former_url.feed FROM former_url WHERE former_url.url = $1),
    (SELECT own.id FROM feed AS own WHERE own.url = $1)
);

-- name: FeedAt :one
SELECT * FROM feed WHERE url = $1;

-- name: BundledFeeds :many
SELECT * FROM feed WHERE bundled;

-- name: LiveFeeds :many
SELECT * FROM feed
WHERE EXISTS (
    SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = feed.id AND guild_feed.paused_at = 0 AND guild.left_at = 0
)
ORDER BY title, id;

-- name: DueFeeds :many
SELECT feed.id, feed.backlog_due, feed.next_poll_at FROM feed
WHERE feed.schedule = $1 AND feed.state = 'active' AND feed.next_poll_at <= $2 AND EXISTS (
    SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = feed.id AND guild_feed.paused_at = 0 AND guild.left_at = 0
)
ORDER BY feed.next_poll_at, feed.id;

-- name: UpdateBundledFeed :exec
UPDATE feed SET bundled = true, title = $2, site = $3, language = $4, topic = $5, schedule = $6
WHERE id = $1;

-- name: UnbundleFeed :exec
UPDATE feed SET bundled = false WHERE id = $1;

-- name: ReviveFeed :exec
UPDATE feed SET state = 'active', next_poll_at = $2, failures = 0, failing_since = 0, last_error = ''
WHERE id = $1 AND state <> 'active';

-- WakeFeed lets a feed that nobody follows be polled at once. What it has published
-- since the last poll is a backlog.
-- name: WakeFeed :one
UPDATE feed SET backlog_due = true, next_poll_at = $2
WHERE feed.id = $1 AND NOT EXISTS (
    SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = feed.id AND guild_feed.paused_at = 0 AND guild.left_at = 0
)
RETURNING *;

-- GoneFeeds are those of a schedule that somebody follows all the same.
-- name: GoneFeeds :many
SELECT * FROM feed
WHERE feed.schedule = $1 AND feed.state = 'gone' AND EXISTS (
    SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = feed.id AND guild_feed.paused_at = 0 AND guild.left_at = 0
);

-- name: ClearSchedules :exec
UPDATE feed SET schedule = '' WHERE schedule > '';

-- name: SetSchedule :exec
UPDATE feed SET schedule = $2 WHERE id = coalesce(
    (SELECT former_url.feed FROM former_url WHERE former_url.url = $1),
    (SELECT own.id FROM feed AS own WHERE own.url = $1)
);

-- name: SavePollSuccess :exec
UPDATE feed SET
    polled_at = sqlc.arg(polled_at), next_poll_at = sqlc.arg(next_poll_at), state = sqlc.arg(state),
    tried_at = sqlc.arg(polled_at), answered_at = sqlc.arg(polled_at), backlog_due = false, failures = 0, failing_since = 0, last_error = '', repeats_guids = sqlc.arg(repeats_guids),
    etag = sqlc.arg(etag), last_modified = sqlc.arg(last_modified), body_hash = sqlc.arg(body_hash),
    site = sqlc.arg(site), language = sqlc.arg(language), hub = sqlc.arg(hub), hub_topic = sqlc.arg(hub_topic),
    pace = sqlc.arg(pace), pace_skip = sqlc.arg(pace_skip),
    moved_to = sqlc.arg(moved_to), moved_polls = sqlc.arg(moved_polls), moved_since = sqlc.arg(moved_since)
WHERE id = sqlc.arg(id);

-- name: SavePollFailure :exec
UPDATE feed SET failures = failures + 1, last_error = $2, next_poll_at = $3, state = $4, tried_at = $5,
    failing_since = CASE WHEN failing_since = 0 THEN $5 ELSE failing_since END,
    answered_at = CASE WHEN CAST(sqlc.arg(answered) AS boolean) THEN $5 ELSE answered_at END
WHERE id = $1;

-- SaveAskedFailure stores a failure that a person asked for: it counts for nothing,
-- unless it is the last word.
-- name: SaveAskedFailure :exec
UPDATE feed SET last_error = $2, state = $3, tried_at = $4,
    failing_since = CASE WHEN failing_since = 0 AND CAST(sqlc.arg(gone) AS boolean) THEN $4 ELSE failing_since END,
    answered_at = CASE WHEN CAST(sqlc.arg(answered) AS boolean) THEN $4 ELSE answered_at END
WHERE id = $1;

-- name: SetFeedURL :exec
UPDATE feed SET url = $2, moved_to = '', moved_polls = 0, moved_since = 0 WHERE id = $1;

-- name: RetireMovedFeed :exec
UPDATE feed SET state = 'moved', bundled = false, schedule = '', moved_to = '', moved_polls = 0, moved_since = 0
WHERE id = $1;

-- InheritFeed gives a feed what another was to its followers and to the operator.
-- name: InheritFeed :exec
UPDATE feed SET bundled = bundled OR sqlc.arg(bundled), schedule = CASE WHEN schedule = '' THEN sqlc.arg(schedule) ELSE schedule END
WHERE id = sqlc.arg(id);

-- name: SetFormerURL :exec
INSERT INTO former_url (url, feed) VALUES ($1, $2)
ON CONFLICT (url) DO UPDATE SET feed = excluded.feed;

-- name: DropFormerURL :exec
DELETE FROM former_url WHERE url = $1;

-- name: HandOverFormerURLs :exec
UPDATE former_url SET feed = sqlc.arg(to_feed) WHERE feed = sqlc.arg(from_feed);

-- UnpreparedStory finds a story that was first seen after a time and is not prepared.
-- name: UnpreparedStory :one
SELECT id FROM story WHERE event IS NULL AND feed = $1 AND first_seen_at > $2 LIMIT 1;
