package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones, and schedules name them

	"github.com/robfig/cron/v3"
)

// check records everything about c that cannot work.
func (l *loader) check(c *Config) {
	l.token(c.Discord.Token)
	l.address("discord.api_url", c.Discord.APIURL, false)
	if c.Database.Path == "" {
		l.bad("database.path", "", `names no file; try "tidings.db"`)
	}
	l.schedule("poll.schedule", c.Poll.Schedule)
	for _, feed := range sorted(c.Poll.Feeds) {
		l.address("poll.feeds", feed, false)
		l.schedule("poll.feeds", c.Poll.Feeds[feed])
	}
	l.between("poll.concurrency", c.Poll.Concurrency, 1, 256)
	l.duration("poll.retry", c.Poll.Retry, time.Second, 24*time.Hour)
	l.between("poll.notice_after", c.Poll.NoticeAfter, 1, 100)
	l.duration("poll.move_after", c.Poll.MoveAfter, 0, 30*24*time.Hour)
	if strings.ContainsAny(c.Fetch.UserAgent, "\r\n") {
		l.bad("fetch.user_agent", c.Fetch.UserAgent, "should be one line that says who reads the feeds")
	}
	l.duration("fetch.timeout", c.Fetch.Timeout, time.Second, time.Minute)
	l.duration("fetch.host_pause", c.Fetch.HostPause, 0, time.Minute)
	l.between("fetch.max_bytes", c.Fetch.MaxBytes, 1<<16, 64<<20) // parsing takes several times that in memory
	for _, cidr := range c.Fetch.Allow {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			l.bad("fetch.allow", cidr, `is no address range; try "192.168.7.0/24"`)
		}
	}
	for _, host := range c.Fetch.AllowHosts {
		if host == "" || strings.ContainsAny(host, "/:*@ ") {
			l.bad("fetch.allow_hosts", host, `is no name of a host; try "wiki.corp"`)
		}
	}
	l.address("fetch.proxy", c.Fetch.Proxy, true)
	l.between("summary.max_words", c.Summary.MaxWords, 20, 200)
	l.model(c.Model)
	l.between("limits.subscriptions", c.Limits.Subscriptions, 1, 1000)
	l.between("limits.feeds", c.Limits.Feeds, 1, 10_000)
	l.address("websub.public_url", c.WebSub.PublicURL, true)
	if c.WebSub.PublicURL != "" {
		l.listen("websub.listen", c.WebSub.Listen, "127.0.0.1:8081")
	}
	if c.Health.Listen != "" {
		l.listen("health.listen", c.Health.Listen, "127.0.0.1:8080")
	}
	if !slices.Contains([]string{"auto", "text", "json"}, c.Log.Format) {
		l.bad("log.format", c.Log.Format, "should be auto, text or json")
	}
}

// bad records a fault of a value, wherever it came from.
func (l *loader) bad(key, value, text string) {
	f, _ := l.field(key)
	l.fault(l.sources[key], key, "%s %s", shown(f, value), text)
}

func (l *loader) token(token Secret) {
	notText := func(r rune) bool { return (r < ' ' && !strings.ContainsRune("\t\r\n", r)) || r > '~' }
	if strings.ContainsFunc(token.Reveal(), notText) {
		l.bad("discord.token", "", "has characters that no token has; copy it again from Discord's developer pages")
		return
	}
	if strings.ContainsAny(token.Reveal(), " \t\r\n") || strings.HasPrefix(token.Reveal(), "Bot ") {
		l.bad("discord.token", "", `has spaces in it; it should be the token alone, without "Bot" before it`)
	}
}

func (l *loader) address(key, raw string, mayBeEmpty bool) {
	if raw == "" && mayBeEmpty {
		return
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		l.bad(key, raw, "is no web address; it should begin with https:// or http://")
	}
}

func (l *loader) model(m Model) {
	l.address("model.base_url", m.BaseURL, true)
	if m.BaseURL != "" && m.Name == "" {
		l.bad("model.name", "", "names no model; model.base_url needs one")
	}
	if strings.ContainsAny(m.Key.Reveal(), " \t\r\n") {
		l.bad("model.key", "", "has spaces in it; it should be the key alone")
	}
	// A story's whole preparation, with its page, has a minute.
	l.duration("model.timeout", m.Timeout, time.Second, 30*time.Second)
	l.between("model.concurrency", m.Concurrency, 1, 64)
	l.notNegative("model.price_in", m.PriceIn)
	l.notNegative("model.price_out", m.PriceOut)
	l.notNegative("model.daily_budget", m.DailyBudget)
	l.notNegative("model.guild_budget", m.GuildBudget)
}

func (l *loader) listen(key, address, try string) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		l.bad(key, address, fmt.Sprintf("is no address to listen at; try %q", try))
	}
}

func (l *loader) duration(key string, d, low, high time.Duration) {
	if d < low || d > high {
		l.bad(key, short(d), fmt.Sprintf("should lie between %s and %s", short(low), short(high)))
	}
}

// short writes a duration as people do: 24h, not 24h0m0s.
func short(d time.Duration) string {
	s := d.String()
	for _, unit := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, unit) {
			s = s[:len(s)-2]
		}
	}
	return s
}

func (l *loader) notNegative(key string, v float64) {
	if v < 0 {
		l.bad(key, fmt.Sprint(v), "should not be negative")
	}
}

func (l *loader) schedule(key, expression string) {
	switch _, err := parseSchedule(expression); {
	case err == nil:
	case errors.Is(err, errZone):
		l.bad(key, expression, `names a time zone that is not known; try "CRON_TZ=Europe/Berlin 0 7 * * *"`)
	case errors.Is(err, errNever):
		l.bad(key, expression, "never comes: no year has such a day")
	default:
		l.bad(key, expression, `is no cron expression; try "@hourly" or "0 * * * *"`)
	}
}

var (
	errNoFields = errors.New("a time zone without a schedule")
	errZone     = errors.New("no such time zone")
	errNever    = errors.New("the schedule never comes")
)

// parseSchedule is cron.ParseStandard, which panics on a time zone with nothing
// after it and takes days that no calendar has.
func parseSchedule(expression string) (cron.Schedule, error) {
	setting, fields, found := strings.Cut(expression, " ")
	if name, ok := strings.CutPrefix(strings.TrimPrefix(setting, "CRON_"), "TZ="); ok {
		if !found || strings.TrimSpace(fields) == "" {
			return nil, errNoFields
		}
		if _, err := time.LoadLocation(name); err != nil {
			return nil, fmt.Errorf("%w: %w", errZone, err)
		}
	}
	schedule, err := cron.ParseStandard(expression)
	if err != nil {
		return nil, err
	}
	if schedule.Next(time.Unix(0, 0)).IsZero() { // cron looks five years ahead, and one of them is a leap year
		return nil, errNever
	}
	return schedule, nil
}

func (l *loader) between(key string, n, low, high int) {
	if n < low || n > high {
		f, _ := l.field(key)
		l.fault(l.sources[key], f.key, "%d is out of range; it should lie between %d and %d", n, low, high)
	}
}
