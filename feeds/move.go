package feeds

import (
	"time"

	"tidings/internal/news"
)

// When a permanent redirect is believed, unless configured otherwise. Permanent is
// easily said: sites in maintenance, under attack, or whose domain has lapsed and
// been bought again answer every address with a 301 for some hours. Several polls
// alone would not outlast that where a schedule has ten minutes, so it has to hold
// for a day, and on slow schedules for three polls.
const (
	DefaultMovePolls = 3
	DefaultMoveAfter = 24 * time.Hour
)

// moved notes that a poll which read a feed was sent to another address by
// permanent redirects only, and reports whether that has held for long enough. A
// poll that was not sent there ends it; one that failed says nothing either way.
func (p *Poller) moved(feed news.Feed, to string, now time.Time) (news.Move, bool) {
	if to == "" || to == feed.URL || len(to) > maxAddress {
		return news.Move{}, false
	}
	m := feed.Move
	if m.To != to {
		m = news.Move{To: to, Since: now}
	}
	m.Polls++
	return m, m.Polls >= p.cfg.MovePolls && now.Sub(m.Since) >= p.cfg.MoveAfter
}
