-- name: InsertSubscription :execrows
INSERT INTO subscription (id, guild, channel, role, created_by, created_at, paused_at, pause_reason, query)
VALUES ($1, $2, $3, $4, $5, $6, 0, '', $7)
ON CONFLICT (guild, channel, query) DO NOTHING;

-- name: Subscriptions :many
SELECT * FROM subscription WHERE guild = $1 ORDER BY id;

-- name: Subscription :one
SELECT * FROM subscription WHERE guild = $1 AND id = $2;

-- name: PauseSubscription :execrows
UPDATE subscription
SET pause_reason = $3, paused_at = CASE WHEN paused_at = 0 THEN $4 ELSE paused_at END
WHERE guild = $1 AND id = $2;

-- name: PauseChannel :exec
UPDATE subscription SET paused_at = $2, pause_reason = $3 WHERE channel = $1 AND paused_at = 0;

-- name: ResumeSubscription :execrows
UPDATE subscription SET paused_at = 0, pause_reason = '' WHERE guild = $1 AND id = $2;

-- name: RemoveSubscription :execrows
DELETE FROM subscription WHERE guild = $1 AND id = $2;

-- name: Subscribers :many
SELECT sqlc.embed(subscription), guild_feed.followed_at, guild.language
FROM guild_feed
JOIN guild ON guild.id = guild_feed.guild
JOIN subscription ON subscription.guild = guild.id
WHERE guild_feed.feed = $1 AND guild_feed.paused_at = 0 AND guild.left_at = 0 AND subscription.paused_at = 0
ORDER BY subscription.id;
