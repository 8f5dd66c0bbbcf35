package discordsim

import (
	"strconv"
	"time"
)

// epoch is the first moment that a snowflake can name, in Unix milliseconds:
// 2015-01-01, https://discord.com/developers/docs/reference#snowflakes.
const epoch = 1420070400000

// snowflakes makes ids as Discord does: 42 bits of milliseconds since 2015 and 22
// bits that tell apart the ids of one millisecond. It is not safe for concurrent
// use: the server's mutex guards it.
type snowflakes struct {
	now  func() time.Time
	last uint64
}

func (g *snowflakes) next() string {
	ms := max(g.now().UnixMilli()-epoch, 1)
	id := uint64(ms) << 22
	if id <= g.last {
		id = g.last + 1
	}
	g.last = id
	return strconv.FormatUint(id, 10)
}

// isSnowflake reports whether s has the form of an id.
func isSnowflake(s string) bool {
	n, err := strconv.ParseUint(s, 10, 63)
	return err == nil && n > 0
}

// compareIDs orders snowflakes by the time they name. Anything longer is later.
func compareIDs(a, b string) int {
	switch {
	case len(a) != len(b):
		return len(a) - len(b)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
