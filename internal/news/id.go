package news

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Ids are positive, fit a signed 64-bit column, and rise with time. They are
// types of their own so that a channel's id cannot pass for a message's.
type (
	FeedID         int64
	StoryID        int64
	EventID        int64
	SubscriptionID int64
	DeliveryID     int64
	NoticeID       int64

	// The following are Discord's own snowflakes.

	GuildID   int64
	ChannelID int64
	RoleID    int64
	UserID    int64
	MessageID int64
)

type anyID interface {
	~int64
}

func (id FeedID) String() string         { return strconv.FormatInt(int64(id), 10) }
func (id StoryID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id EventID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id SubscriptionID) String() string { return strconv.FormatInt(int64(id), 10) }
func (id DeliveryID) String() string     { return strconv.FormatInt(int64(id), 10) }
func (id NoticeID) String() string       { return strconv.FormatInt(int64(id), 10) }
func (id GuildID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id ChannelID) String() string      { return strconv.FormatInt(int64(id), 10) }
func (id RoleID) String() string         { return strconv.FormatInt(int64(id), 10) }
func (id UserID) String() string         { return strconv.FormatInt(int64(id), 10) }
func (id MessageID) String() string      { return strconv.FormatInt(int64(id), 10) }

// Time is when the feed was first stored, as far as its id tells.
func (id FeedID) Time() time.Time {
	return idEpoch.Add(time.Duration(id>>(workerBits+counterBits)) * time.Millisecond)
}

// ParseID reads the decimal form of an id, as Discord and our own component ids
// write it. It refuses zero and negative numbers.
func ParseID[ID anyID](s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is no id", s)
	}
	return ID(n), nil
}

// idEpoch is the first moment that an id can name.
var idEpoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// IDs makes ids that rise with time and are unique across processes: 41 bits of
// milliseconds since 2026, 8 bits of this process's own drawing, and 14 bits of a
// counter. A full counter borrows from the next millisecond, so making one never
// waits. Use NewIDs.
type IDs struct {
	now    func() time.Time
	worker int64

	mu   sync.Mutex
	last int64 // milliseconds and counter of the last id
}

const (
	counterBits = 14
	workerBits  = 8
)

// NewIDs returns a source of ids that reads the time from now.
func NewIDs(now func() time.Time) *IDs {
	var b [8]byte
	rand.Read(b[:]) // never fails, says its documentation
	return &IDs{now: now, worker: int64(binary.LittleEndian.Uint64(b[:]) % (1 << workerBits))}
}

// Next returns a new id, larger than every one it returned before.
func (g *IDs) Next() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	tick := g.now().Sub(idEpoch).Milliseconds() << counterBits
	if tick <= g.last {
		tick = g.last + 1
	}
	g.last = tick
	ms, counter := tick>>counterBits, tick&(1<<counterBits-1)
	return ms<<(workerBits+counterBits) | g.worker<<counterBits | counter
}
