-- name: InsertStory :exec
INSERT INTO story (id, feed, event, story_at, first_seen_at, published_at, updated_at, backlog, teaser,
    language, identity, title_key, canonical_url, url, title, author, image, lead, text)
VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: KnownStory :one
SELECT id, event, updated_at, title, lead FROM story WHERE feed = $1 AND identity = $2;

-- name: StoryAtAddress :one
SELECT id FROM story
WHERE canonical_url = $1 AND canonical_url <> '' AND feed = $2 AND title_key = $3
LIMIT 1;

-- name: EditStory :exec
UPDATE story SET title = $2, title_key = $3, lead = $4, updated_at = $5 WHERE id = $1;

-- name: EditStoryText :exec
UPDATE story SET text = $2 WHERE id = $1;

-- name: Story :one
SELECT * FROM story WHERE id = $1;

-- name: StoryWithFeed :one
SELECT sqlc.embed(story), sqlc.embed(feed)
FROM story JOIN feed ON feed.id = story.feed
WHERE story.id = $1;

-- name: PrepareStory :exec
UPDATE story SET event = $2, text = $3, image = $4, language = $5, canonical_url = $6 WHERE id = $1;

-- name: EventAtAddress :one
SELECT event.id FROM story JOIN event ON event.id = story.event
WHERE story.canonical_url = $1 AND story.canonical_url <> ''
    AND story.first_seen_at BETWEEN sqlc.arg(since) AND sqlc.arg(until)
    AND event.first_at >= sqlc.arg(since)
ORDER BY story.first_seen_at, story.id
LIMIT 1;

-- name: EventWithTitle :one
SELECT event.id FROM story JOIN event ON event.id = story.event
WHERE story.title_key = $1 AND story.title_key <> ''
    AND story.first_seen_at BETWEEN sqlc.arg(since) AND sqlc.arg(until)
    AND event.first_at >= sqlc.arg(since)
ORDER BY story.first_seen_at, story.id
LIMIT 1;

-- name: InsertEvent :exec
INSERT INTO event (id, first_at, last_at, headline) VALUES ($1, $2, $2, $3);

-- name: InsertSummary :exec
INSERT INTO summary (story, words, method, sentences, reason) VALUES ($1, $2, $3, $4, $5);

-- name: TouchEvent :exec
UPDATE event SET last_at = $2 WHERE id = $1 AND last_at < $2;

-- Latest takes from each feed as many as the page could need, so its cost goes
-- with the feeds followed and the depth of the page, not with the stories stored.
-- An event stands where the first story that the guild could see of it stands.
-- name: Latest :many
SELECT story.id
FROM guild_feed
JOIN story ON story.id IN (
    SELECT own.id FROM story AS own
    WHERE own.feed = guild_feed.feed AND own.event IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM story AS earlier
        JOIN guild_feed AS also ON also.guild = guild_feed.guild AND also.feed = earlier.feed
        WHERE earlier.event = own.event AND earlier.id < own.id
    )
    ORDER BY own.story_at DESC, own.id DESC
    LIMIT sqlc.arg(reach)
)
WHERE guild_feed.guild = sqlc.arg(guild)
ORDER BY story.story_at DESC, story.id DESC
LIMIT sqlc.arg(page_size) OFFSET sqlc.arg(page_start);

-- name: LatestOfFeed :many
SELECT story.id FROM story
WHERE story.feed = sqlc.arg(feed) AND story.event IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM guild_feed WHERE guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = sqlc.arg(feed)
    )
    AND NOT EXISTS (
        SELECT 1 FROM story AS earlier
        WHERE earlier.event = story.event AND earlier.feed = sqlc.arg(feed) AND earlier.id < story.id
    )
ORDER BY story.story_at DESC, story.id DESC
LIMIT sqlc.arg(page_size) OFFSET sqlc.arg(page_start);

-- name: Headline :one
SELECT sqlc.embed(story), sqlc.embed(feed), sqlc.embed(summary), (
    SELECT count(DISTINCT other.feed) FROM story AS other
    JOIN guild_feed ON guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = other.feed
    WHERE other.event = story.event
) AS outlets
FROM story
JOIN feed ON feed.id = story.feed
JOIN summary ON summary.story = story.id
WHERE story.id = sqlc.arg(story);

-- Brief lists the events of which a guild's feeds have told since a time, the most
-- told ones first, each by the first story of it that the guild can see.
-- name: Brief :many
SELECT CAST(min(story.id) AS bigint) AS id, count(DISTINCT story.feed) AS outlets
FROM (
    SELECT DISTINCT told.event FROM guild_feed AS own
    JOIN story AS told ON told.feed = own.feed AND told.story_at >= sqlc.arg(since) AND told.event IS NOT NULL
    WHERE own.guild = sqlc.arg(guild) AND own.paused_at = 0
) AS lately
JOIN story ON story.event = lately.event
JOIN guild_feed ON guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = story.feed AND guild_feed.paused_at = 0
GROUP BY story.event
ORDER BY outlets DESC, max(story.story_at) DESC, id DESC
LIMIT sqlc.arg(page_size);

-- KnownToGuild tells whether a guild may see a story: it follows the feed, or was
-- told of the event.
-- name: KnownToGuild :one
SELECT EXISTS (
    SELECT 1 FROM story WHERE story.id = sqlc.arg(story) AND (
        EXISTS (SELECT 1 FROM guild_feed WHERE guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = story.feed)
        OR EXISTS (SELECT 1 FROM delivery WHERE delivery.event = story.event AND delivery.guild = sqlc.arg(guild))
    )
);

-- EventStories are the first stories that a guild's feeds, but for one, tell of an event.
-- name: EventStories :many
SELECT sqlc.embed(story), sqlc.embed(feed)
FROM story
JOIN guild_feed ON guild_feed.guild = sqlc.arg(guild) AND guild_feed.feed = story.feed AND guild_feed.paused_at = 0
JOIN feed ON feed.id = story.feed
WHERE story.event = sqlc.arg(event) AND story.feed <> sqlc.arg(feed) AND NOT EXISTS (
    SELECT 1 FROM story AS earlier
    WHERE earlier.event = story.event AND earlier.feed = story.feed AND earlier.id < story.id
)
ORDER BY story.id
LIMIT sqlc.arg(page_size);
