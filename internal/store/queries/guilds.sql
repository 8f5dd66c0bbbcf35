-- name: Guild :one
SELECT * FROM guild WHERE id = $1;

-- name: InsertGuild :exec
INSERT INTO guild (id, name, locale, joined_at, left_at) VALUES ($1, $2, $3, $4, 0);

-- name: UpdateGuild :exec
UPDATE guild SET name = $2, locale = $3, left_at = 0 WHERE id = $1;

-- name: LeaveGuild :exec
UPDATE guild SET left_at = $2 WHERE id = $1 AND left_at = 0;

-- name: Follow :exec
INSERT INTO guild_feed (guild, feed, followed_at) VALUES ($1, $2, $3)
ON CONFLICT (guild, feed) DO NOTHING;

-- name: Refollow :exec
UPDATE guild_feed SET followed_at = $2 WHERE guild = $1;

-- name: Unfollow :execrows
DELETE FROM guild_feed WHERE guild = $1 AND feed = $2;

-- name: UnfollowBundle :execrows
DELETE FROM guild_feed WHERE guild = $1 AND feed IN (SELECT id FROM feed WHERE bundled);

-- name: BundleFollowers :many
SELECT guild.id FROM guild
WHERE EXISTS (
    SELECT 1 FROM guild_feed JOIN feed ON feed.id = guild_feed.feed
    WHERE guild_feed.guild = guild.id AND feed.bundled
);

-- name: Guilds :many
SELECT * FROM guild WHERE left_at = 0 ORDER BY name, id;
