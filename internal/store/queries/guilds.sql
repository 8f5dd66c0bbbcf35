-- name: Guild :one
SELECT * FROM guild WHERE id = $1;

-- name: InsertGuild :exec
INSERT INTO guild (id, name, locale, joined_at, left_at) VALUES ($1, $2, $3, $4, 0);

-- name: UpdateGuild :exec
UPDATE guild SET name = $2, locale = $3, left_at = 0 WHERE id = $1;

-- name: LeaveGuild :exec
UPDATE guild SET left_at = $2 WHERE id = $1 AND left_at = 0;

-- name: SetNotices :execrows
UPDATE guild SET notice_channel = $2, notices_off = $3 WHERE id = $1;

-- name: SetLanguage :execrows
UPDATE guild SET language = $2 WHERE id = $1;

-- name: Guilds :many
SELECT * FROM guild WHERE left_at = 0 ORDER BY name, id;
