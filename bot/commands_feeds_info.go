package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// healthDays are the days that a feed's sparkline shows.
const healthDays = 14

// feedInfo answers /feeds info.
func (b *Bot) feedInfo(ctx context.Context, r *request) (response, error) {
	f, err := b.followedFeed(ctx, r.Guild, r.text("feed"))
	if err != nil {
		return response{}, err
	}
	h, err := b.feedHealth(ctx, r.Guild, f.ID)
	if err != nil {
		return response{}, err
	}
	return b.feedCard("", h), nil
}

// feedHealth looks up how a followed feed is doing.
func (b *Bot) feedHealth(ctx context.Context, guild news.GuildID, feed news.FeedID) (news.FeedHealth, error) {
	h, err := b.cfg.Store.FeedHealth(ctx, guild, feed, healthDays)
	if errors.Is(err, news.ErrNotFound) {
		return news.FeedHealth{}, followsNoMore()
	}
	if err != nil {
		return news.FeedHealth{}, fmt.Errorf("load the health of feed %v for server %v: %w", feed, guild, err)
	}
	return h, nil
}

// followsNoMore answers whoever names a feed that is not followed by now.
func followsNoMore() error {
	return &news.UserError{Text: "This server no longer follows that feed. `/feeds list` shows what it follows.", Err: news.ErrNotFound}
}

// feedCard is a text over all that is known of a feed, and the buttons that
// change it.
func (b *Bot) feedCard(text string, h news.FeedHealth) response {
	f := h.Follow
	e := &discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		Title:       markdown(outletName(f.Feed, ""), maxTitle),
		URL:         safeURL(f.Site, maxURL),
		Color:       colour(outletName(f.Feed, "")),
		Description: feedState(f),
	}
	field := func(name, value string, inline bool) {
		if value != "" {
			e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: name, Value: value, Inline: inline})
		}
	}
	field("Stories", storiesADay(h), false)
	field("Last read", ago(f.PolledAt), true)
	if next := b.nextPoll(f); !next.IsZero() {
		field("Next try", ago(next), true)
	}
	if inTrouble(f.Feed) {
		field("In trouble since", ago(f.FailingSince), true)
		field("Last error", sentence(f.LastError, 300), false)
	}
	field("Address", code(f.URL, 500), false)
	if host := hostOf(f.Site); host != "" {
		field("Site", link(host, f.Site, 100, 500), true)
	}
	field("Language", markdown(languageName(f.Language), 60), true)
	field("Topic", markdown(f.Topic, 60), true)
	field("Folder", markdown(f.Folder, 100), true)
	field("Hub", pushes(h), false)
	if h.Notice {
		field("Notice", "There is an open notice about it.", false)
	}
	return response{Text: text, Embeds: embeds(e), Rows: []discordgo.MessageComponent{feedButtons(f, 0)}}
}

// nextPoll is when a feed is polled next: a tick of its schedule, since NextPollAt is
// only the time before which none makes it due. It is zero for a feed that is not polled
// for this server.
func (b *Bot) nextPoll(f news.Follow) time.Time {
	if b.cfg.NextPoll == nil || f.State != news.FeedActive || f.Paused() {
		return time.Time{}
	}
	return b.cfg.NextPoll(f.Feed, b.now())
}

// feedState is a feed's state in words.
func feedState(f news.Follow) string {
	switch {
	case f.Paused():
		return "**Paused** " + ago(f.PausedAt) + ". " + pauseMeans
	case f.State == news.FeedGone:
		return "**Gone.** " + whatFails(f.Feed)
	case f.State == news.FeedMoved:
		return "**Moved.** Its address leads to another feed, which takes its place."
	case inTrouble(f.Feed):
		tries := "try"
		if f.Failures > 1 {
			tries = fmt.Sprintf("%d tries", f.Failures)
		}
		return fmt.Sprintf("**In trouble:** the last %s failed. %s Nothing is removed by itself.", tries, keepTrying)
	case !f.Polled():
		return "**Not read yet.**"
	}
	return "**Fine.** It is read on its schedule."
}

// storiesADay shows what a feed brought lately, drawn and in words.
func storiesADay(h news.FeedHealth) string {
	days, total, most := h.Days, 0, 0
	for _, n := range days {
		total += n
		most = max(most, n)
	}
	kept := ""
	if h.Stories > 0 {
		kept = " I keep " + plural(h.Stories, "story", "stories") + " of it."
	}
	if total == 0 {
		return fmt.Sprintf("None in the last %d days.%s", len(days), kept)
	}
	rate := fmt.Sprintf("About %d a day", (total+len(days)/2)/len(days))
	if total < len(days) {
		rate = "Less than one a day"
	}
	return fmt.Sprintf("%s\n%s: %d in %d days, at most %d in one, %d today.%s", sparkline(days), rate, total, len(days), most, days[len(days)-1], kept)
}

// pushes tells whether a feed's hub brings its news.
func pushes(h news.FeedHealth) string {
	switch {
	case !h.Pushed.IsZero():
		return "It tells me of news at once, until " + moment(h.Pushed) + " at least."
	case h.Follow.Hub.URL != "":
		return "The feed has a hub that can tell me of news at once, but it does not do so now. I look on schedule."
	}
	return ""
}

// feedButtons change a feed, as fits its state. Under a notice they carry its id.
func feedButtons(f news.Follow, notice news.NoticeID) discordgo.ActionsRow {
	id := func(verb string) string {
		if notice == 0 {
			return customID(verb, f.ID)
		}
		return customID(verb, f.ID, notice)
	}
	var row discordgo.ActionsRow
	add := func(b discordgo.Button) { row.Components = append(row.Components, b) }
	if !f.Paused() && (inTrouble(f.Feed) || !f.Polled()) {
		add(button("Try now", id(verbFeedTry)))
	}
	switch {
	case f.Paused():
		add(button("Resume", id(verbFeedResume)))
	case f.State != news.FeedGone:
		add(button("Pause", id(verbFeedPause)))
	}
	remove := button("Remove", id(verbFeedRemove))
	remove.Style = discordgo.DangerButton
	add(remove)
	return row
}
