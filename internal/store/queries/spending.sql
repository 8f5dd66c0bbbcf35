-- name: SpentOn :many
SELECT guild, amount FROM spending WHERE day = $1;

-- name: AddSpending :exec
INSERT INTO spending (day, guild, amount) VALUES ($1, $2, $3)
ON CONFLICT (day, guild) DO UPDATE SET amount = spending.amount + excluded.amount;
