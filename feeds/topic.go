package feeds

import (
	"context"
	"fmt"
	"strings"

	"tidings/internal/news"
)

// FollowTopic has a guild follow all feeds of a topic, and returns how many it did
// not follow before and how many it did. The feeds are not read first: they are
// well known, and their next polls show how they are. A topic that is not there,
// or that has more feeds than the guild has room for, is a *news.UserError, and
// nothing is stored.
func (a *Adder) FollowTopic(ctx context.Context, guild news.GuildID, topic string) (added, known int, err error) {
	t, err := a.topic(topic)
	if err != nil {
		return 0, 0, err
	}
	followed, err := a.followed(ctx, guild)
	if err != nil {
		return 0, 0, err
	}
	var wanted []news.Feed
	for _, f := range t.Feeds {
		if !followed.urls[f.URL] {
			wanted = append(wanted, f)
		}
	}
	if room := a.MaxFeeds - len(followed.ids); a.MaxFeeds > 0 && len(wanted) > room {
		return 0, 0, news.Userf("%s has %d feeds that this server does not follow yet, and there is room for %d more. `/feeds remove` makes room.",
			t.Title, len(wanted), max(room, 0))
	}
	for _, f := range wanted {
		if f.Schedule == "" {
			f.Schedule = a.Schedules[f.URL]
		}
		feed, err := a.Store.AddFeed(ctx, f)
		if err != nil {
			return added, len(t.Feeds) - len(wanted), fmt.Errorf("add feed %s of topic %s: %w", f.URL, t.Name, err)
		}
		if followed.ids[feed.ID] { // under an address that it has moved from
			continue
		}
		if err := a.Store.FollowFeed(ctx, guild, feed.ID, ""); err != nil {
			return added, len(t.Feeds) - len(wanted), fmt.Errorf("follow feed %s of topic %s: %w", f.URL, t.Name, err)
		}
		followed.ids[feed.ID] = true
		added++
	}
	return added, len(t.Feeds) - added, nil
}

func (a *Adder) topic(name string) (news.Topic, error) {
	var names []string
	for _, t := range a.Topics {
		if strings.EqualFold(t.Name, strings.TrimSpace(name)) {
			return t, nil
		}
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return news.Topic{}, news.Userf("There are no topics to follow here. `/feeds add` takes the address of a site or a feed.")
	}
	return news.Topic{}, news.Userf("There is no topic of that name. Choose one of these: %s.", strings.Join(names, ", "))
}

// following is what a guild follows.
type following struct {
	ids  map[news.FeedID]bool
	urls map[string]bool
}

func (a *Adder) followed(ctx context.Context, guild news.GuildID) (following, error) {
	list, err := a.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return following{}, fmt.Errorf("list followed feeds: %w", err)
	}
	f := following{ids: make(map[news.FeedID]bool, len(list)), urls: make(map[string]bool, len(list))}
	for _, feed := range list {
		f.ids[feed.ID], f.urls[feed.URL] = true, true
	}
	return f, nil
}
