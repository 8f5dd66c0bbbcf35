-- name: HubLease :one
SELECT sqlc.embed(hub_lease), EXISTS (
    SELECT 1 FROM guild_feed JOIN guild ON guild.id = guild_feed.guild
    WHERE guild_feed.feed = hub_lease.feed AND guild_feed.paused_at = 0 AND guild.left_at = 0
) AS followed
FROM hub_lease WHERE hub_lease.feed = $1;

-- name: AskHub :exec
INSERT INTO hub_lease (feed, hub, topic, callback, secret, asked_at, until_at)
VALUES ($1, $2, $3, $4, $5, $6, 0)
ON CONFLICT (feed) DO UPDATE SET
    until_at = CASE
        WHEN hub_lease.hub = excluded.hub AND hub_lease.topic = excluded.topic
            AND hub_lease.callback = excluded.callback AND hub_lease.secret = excluded.secret
        THEN hub_lease.until_at ELSE 0 END,
    hub = excluded.hub, topic = excluded.topic, callback = excluded.callback, secret = excluded.secret,
    asked_at = excluded.asked_at;

-- name: HubVerified :execrows
UPDATE hub_lease SET until_at = $3 WHERE feed = $1 AND callback = $2 AND callback <> '';

-- name: ForgetHub :exec
UPDATE hub_lease SET callback = '', secret = '', until_at = 0, asked_at = $2 WHERE feed = $1;

-- name: DeleteHubLease :exec
DELETE FROM hub_lease WHERE feed = $1;

-- name: LeasesElsewhere :many
SELECT feed FROM hub_lease
WHERE callback <> '' AND substr(callback, 1, length(CAST(sqlc.arg(base) AS text))) <> CAST(sqlc.arg(base) AS text)
ORDER BY feed;
