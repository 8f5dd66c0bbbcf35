-- name: InsertDelivery :execrows
INSERT INTO delivery (id, event, story, guild, subscription, channel, role, message, created_at, tried_at,
    state, matched, last_error, others)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, 'pending', $9, '', $10)
ON CONFLICT (channel, event) DO NOTHING;

-- name: Post :one
SELECT sqlc.embed(delivery), sqlc.embed(story), sqlc.embed(feed), sqlc.embed(summary), guild.language
FROM delivery
JOIN guild ON guild.id = delivery.guild
JOIN story ON story.id = delivery.story
JOIN feed ON feed.id = story.feed
JOIN summary ON summary.story = delivery.story
WHERE delivery.id = $1;

-- OtherStories are those that other outlets, among the ones the guild follows,
-- tell of an event.
-- name: OtherStories :many
SELECT story.feed, story.url, feed.title
FROM story
JOIN guild_feed ON guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = story.feed AND guild_feed.paused_at = 0
JOIN feed ON feed.id = story.feed
WHERE story.event = sqlc.arg(event) AND story.feed <> sqlc.arg(feed)
ORDER BY story.id;

-- StalePosts are the deliveries of an event to guilds that follow one more feed
-- which tells of it.
-- name: StalePosts :many
SELECT delivery.id
FROM delivery
JOIN guild_feed ON guild_feed.guild = delivery.guild AND guild_feed.feed = sqlc.arg(feed) AND guild_feed.paused_at = 0
WHERE delivery.event = sqlc.arg(event) AND delivery.state <> 'failed';

-- name: Translation :one
SELECT * FROM translation WHERE story = $1 AND language = $2;

-- name: InsertTranslation :exec
INSERT INTO translation (story, language, title, sentences) VALUES ($1, $2, $3, $4)
ON CONFLICT (story, language) DO NOTHING;

-- name: WaitingDeliveries :many
SELECT id, others FROM delivery WHERE subscription = $1 AND state = 'pending' ORDER BY id;

-- name: HandOverDelivery :exec
UPDATE delivery SET subscription = $2, role = $3, others = $4 WHERE id = $1;

-- name: DeliveryTried :execrows
UPDATE delivery SET tried_at = CASE WHEN tried_at = 0 THEN $2 ELSE tried_at END WHERE id = $1;

-- name: DeliverySent :execrows
UPDATE delivery SET state = 'sent', message = $2, last_error = '',
    tried_at = CASE WHEN tried_at = 0 THEN sqlc.arg(at) ELSE tried_at END
WHERE id = $1;

-- name: DeliveryFailed :execrows
UPDATE delivery SET state = 'failed', last_error = $2 WHERE id = $1 AND state <> 'sent';

-- name: Counts :one
SELECT
    (SELECT count(*) FROM guild WHERE left_at = 0) AS guilds,
    (SELECT count(*) FROM feed) AS feeds,
    (SELECT count(*) FROM subscription) AS subscriptions,
    (SELECT count(*) FROM story) AS stories,
    (SELECT count(*) FROM delivery WHERE state = 'pending') AS pending;
