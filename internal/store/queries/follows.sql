-- name: Follow :exec
INSERT INTO guild_feed (guild, feed, followed_at) VALUES ($1, $2, $3)
ON CONFLICT (guild, feed) DO NOTHING;

-- name: Followed :one
SELECT * FROM guild_feed WHERE guild = $1 AND feed = $2;

-- name: SetFolder :exec
UPDATE guild_feed SET folder = $3 WHERE guild = $1 AND feed = $2;

-- name: Refollow :exec
UPDATE guild_feed SET followed_at = $2 WHERE guild = $1;

-- name: PauseFollow :execrows
UPDATE guild_feed SET paused_at = CASE WHEN paused_at = 0 THEN $3 ELSE paused_at END
WHERE guild = $1 AND feed = $2;

-- name: ResumeFollow :exec
UPDATE guild_feed SET paused_at = 0, followed_at = $3
WHERE guild = $1 AND feed = $2 AND paused_at <> 0;

-- name: Unfollow :execrows
DELETE FROM guild_feed WHERE guild = $1 AND feed = $2;

-- name: FollowedFeeds :many
SELECT sqlc.embed(feed), sqlc.embed(guild_feed) FROM guild_feed JOIN feed ON feed.id = guild_feed.feed
WHERE guild_feed.guild = $1
ORDER BY feed.title, feed.id;

-- name: FollowedFeed :one
SELECT sqlc.embed(feed), sqlc.embed(guild_feed) FROM guild_feed JOIN feed ON feed.id = guild_feed.feed
WHERE guild_feed.guild = $1 AND guild_feed.feed = $2;

-- name: FollowedBundle :many
SELECT feed.id FROM guild_feed JOIN feed ON feed.id = guild_feed.feed
WHERE guild_feed.guild = $1 AND feed.bundled;

-- name: UnfollowedBundle :many
SELECT * FROM feed
WHERE bundled AND NOT EXISTS (
    SELECT 1 FROM guild_feed WHERE guild_feed.guild = $1 AND guild_feed.feed = feed.id
)
ORDER BY title, id;

-- name: BundleFollowers :many
SELECT guild.id FROM guild
WHERE EXISTS (
    SELECT 1 FROM guild_feed JOIN feed ON feed.id = guild_feed.feed
    WHERE guild_feed.guild = guild.id AND feed.bundled
);

-- name: HandOverFollowers :exec
INSERT INTO guild_feed (guild, feed, followed_at, paused_at, folder)
SELECT old.guild, sqlc.arg(to_feed), sqlc.arg(followed_at), old.paused_at, old.folder FROM guild_feed AS old
WHERE old.feed = sqlc.arg(from_feed)
ON CONFLICT (guild, feed) DO NOTHING;

-- name: DropFollowers :exec
DELETE FROM guild_feed WHERE feed = $1;
