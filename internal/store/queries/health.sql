-- NoticesDue are the guilds that should be told that a feed fails, and where: where
-- they want to be told, or else, when that could not be done lately, in the channel
-- of their oldest live subscription where it could. Not those that are told, or were
-- told by a message that is there no more.
-- name: NoticesDue :many
SELECT due.guild, due.channel FROM (
    SELECT guild.id AS guild, CAST(
        CASE WHEN guild.notice_channel <> 0 AND NOT EXISTS (
            SELECT 1 FROM notice_trouble AS trouble
            WHERE trouble.guild = guild.id AND trouble.channel = guild.notice_channel AND trouble.failed_at > sqlc.arg(lately)
        ) THEN guild.notice_channel ELSE coalesce((
            SELECT subscription.channel FROM subscription
            WHERE subscription.guild = guild.id AND subscription.paused_at = 0 AND NOT EXISTS (
                SELECT 1 FROM notice_trouble AS trouble
                WHERE trouble.guild = guild.id AND trouble.channel = subscription.channel AND trouble.failed_at > sqlc.arg(lately)
            )
            ORDER BY subscription.id LIMIT 1
        ), 0) END AS bigint) AS channel
    FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = sqlc.arg(feed) AND guild_feed.paused_at = 0
        AND guild.left_at = 0 AND NOT guild.notices_off
        AND NOT EXISTS (
            SELECT 1 FROM notice
            WHERE notice.feed = sqlc.arg(feed) AND notice.guild = guild.id AND (notice.resolved_at = 0 OR (
                notice.message <> 0 AND notice.last_error <> ''
                AND notice.since = sqlc.arg(failing_since) AND notice.created_at >= guild_feed.followed_at
            ))
        )
) AS due
WHERE due.channel <> 0
ORDER BY due.guild
LIMIT sqlc.arg(most);

-- NoticeChannel is where a guild would be told now, as in NoticesDue, 0 for nowhere.
-- name: NoticeChannel :one
SELECT CAST(
    CASE WHEN guild.notices_off THEN 0 WHEN guild.notice_channel <> 0 AND NOT EXISTS (
        SELECT 1 FROM notice_trouble AS trouble
        WHERE trouble.guild = guild.id AND trouble.channel = guild.notice_channel AND trouble.failed_at > sqlc.arg(lately)
    ) THEN guild.notice_channel ELSE coalesce((
        SELECT subscription.channel FROM subscription
        WHERE subscription.guild = guild.id AND subscription.paused_at = 0 AND NOT EXISTS (
            SELECT 1 FROM notice_trouble AS trouble
            WHERE trouble.guild = guild.id AND trouble.channel = subscription.channel AND trouble.failed_at > sqlc.arg(lately)
        )
        ORDER BY subscription.id LIMIT 1
    ), 0) END AS bigint) AS channel
FROM guild WHERE guild.id = sqlc.arg(guild);

-- name: InsertNotice :exec
INSERT INTO notice (id, guild, feed, channel, message, since, created_at, tried_at, resolved_at, held, last_error)
SELECT sqlc.arg(id), sqlc.arg(guild), feed.id, sqlc.arg(channel), 0, feed.failing_since, sqlc.arg(created_at), 0, 0, sqlc.arg(held), ''
FROM feed WHERE feed.id = sqlc.arg(feed);

-- name: Notice :one
SELECT sqlc.embed(notice), sqlc.embed(feed),
    guild_feed.followed_at, guild_feed.paused_at, guild_feed.folder
FROM notice
JOIN feed ON feed.id = notice.feed
LEFT JOIN guild_feed ON guild_feed.guild = notice.guild AND guild_feed.feed = notice.feed
WHERE notice.id = $1;

-- OpenNotices counts a guild's open notices: those it is told of, of which newest
-- is the last, and those that are held.
-- name: OpenNotices :one
SELECT CAST(coalesce(max(CASE WHEN NOT held THEN id END), 0) AS bigint) AS newest,
    count(CASE WHEN NOT held THEN 1 END) AS told,
    count(CASE WHEN held THEN 1 END) AS held
FROM notice WHERE guild = $1 AND resolved_at = 0;

-- name: OpenNoticesOfFeed :many
SELECT * FROM notice WHERE feed = sqlc.arg(feed) AND resolved_at = 0 ORDER BY id LIMIT sqlc.arg(most);

-- name: OpenNotice :one
SELECT * FROM notice WHERE guild = $1 AND feed = $2 AND resolved_at = 0;

-- ShownNotice is the last notice of a feed that a guild has a message of, still.
-- name: ShownNotice :one
SELECT id FROM notice WHERE guild = $1 AND feed = $2 AND message <> 0 AND last_error = '' ORDER BY id DESC LIMIT 1;

-- ToldOf is the notice by which a guild was told of the trouble that a feed is still
-- in, where that notice has ended and its message is there, or on its way.
-- name: ToldOf :one
SELECT notice.id FROM notice JOIN feed ON feed.id = notice.feed
WHERE notice.guild = $1 AND notice.feed = $2 AND notice.resolved_at <> 0 AND notice.tried_at <> 0 AND notice.last_error = ''
    AND notice.since = feed.failing_since AND feed.failing_since <> 0
ORDER BY notice.id DESC LIMIT 1;

-- name: ReopenNotice :exec
UPDATE notice SET resolved_at = 0 WHERE id = $1;

-- name: OldestHeldNotice :one
SELECT id FROM notice WHERE guild = $1 AND resolved_at = 0 AND held ORDER BY id LIMIT 1;

-- name: ReleaseNotice :exec
UPDATE notice SET held = false, channel = $2 WHERE id = $1;

-- RedirectNotices sends elsewhere what nobody has tried to send yet.
-- name: RedirectNotices :exec
UPDATE notice SET channel = $2 WHERE guild = $1 AND resolved_at = 0 AND message = 0 AND tried_at = 0;

-- name: ResolveNotice :exec
UPDATE notice SET resolved_at = $2 WHERE id = $1 AND resolved_at = 0;

-- ResolveUntriedNotices ends what nobody has tried to send yet.
-- name: ResolveUntriedNotices :exec
UPDATE notice SET resolved_at = $2 WHERE guild = $1 AND resolved_at = 0 AND message = 0 AND tried_at = 0;

-- name: ResolveNoticesOfGuild :exec
UPDATE notice SET resolved_at = $2 WHERE guild = $1 AND resolved_at = 0;

-- name: NoticeTried :execrows
UPDATE notice SET tried_at = CASE WHEN tried_at = 0 THEN $2 ELSE tried_at END WHERE id = $1;

-- name: NoticeSent :one
UPDATE notice SET message = $2, tried_at = CASE WHEN tried_at = 0 THEN sqlc.arg(at) ELSE tried_at END
WHERE id = $1
RETURNING *;

-- name: NoticeFailed :one
UPDATE notice SET last_error = $2 WHERE id = $1
RETURNING *;

-- name: SetNoticeTrouble :exec
INSERT INTO notice_trouble (guild, channel, failed_at, reason) VALUES ($1, $2, $3, $4)
ON CONFLICT (guild, channel) DO UPDATE SET failed_at = excluded.failed_at, reason = excluded.reason;

-- name: ClearNoticeTrouble :exec
DELETE FROM notice_trouble WHERE guild = $1 AND channel = $2;

-- NoticeTrouble is why a notice could not be sent where a guild wants its notices.
-- name: NoticeTrouble :one
SELECT notice_trouble.reason FROM guild
JOIN notice_trouble ON notice_trouble.guild = guild.id AND notice_trouble.channel = CASE
    WHEN guild.notice_channel <> 0 THEN guild.notice_channel ELSE coalesce((
        SELECT subscription.channel FROM subscription
        WHERE subscription.guild = guild.id AND subscription.paused_at = 0
        ORDER BY subscription.id LIMIT 1
    ), 0) END
WHERE guild.id = sqlc.arg(guild) AND notice_trouble.failed_at > sqlc.arg(lately);

-- FollowedAtLeast counts feeds that somebody follows, up to a number.
-- name: FollowedAtLeast :one
SELECT count(*) FROM (
    SELECT DISTINCT guild_feed.feed FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.paused_at = 0 AND guild.left_at = 0
    LIMIT sqlc.arg(most)
) AS followed;

-- AnsweredSince tells whether the server of any feed that somebody follows has
-- answered since a time.
-- name: AnsweredSince :one
SELECT EXISTS (
    SELECT 1 FROM feed
    WHERE feed.answered_at >= sqlc.arg(since) AND EXISTS (
        SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
        WHERE guild_feed.feed = feed.id AND guild_feed.paused_at = 0 AND guild.left_at = 0
    )
);

-- name: StoriesByDay :many
SELECT CAST(first_seen_at / 86400000 AS bigint) AS day, count(*) AS stories FROM story
WHERE feed = $1 AND first_seen_at >= $2
GROUP BY CAST(first_seen_at / 86400000 AS bigint);

-- name: CountStories :one
SELECT count(*) FROM story WHERE feed = $1;
