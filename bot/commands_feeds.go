package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// What an autocompletion sends for a feed that exists, and for all of the bundle.
const (
	feedChoice   = "feed:"
	bundleChoice = "bundled"
)

// listFeeds answers /feeds list, and the buttons of its pages.
func (b *Bot) listFeeds(ctx context.Context, r *request) (response, error) {
	feeds, err := b.followed(ctx, r.Guild)
	if err != nil {
		return response{}, err
	}
	if len(feeds) == 0 {
		return response{Text: "This server follows no feed. `/feeds add` follows one, or all the bundled ones."}, nil
	}
	offset := r.count(0, 0, maxOffset)
	if offset >= len(feeds) {
		offset = (len(feeds) - 1) / pageSize * pageSize
	}
	// Those in trouble come first, then the paused ones, whatever page they would
	// have been on.
	slices.SortStableFunc(feeds, func(a, b news.Follow) int { return cmp.Compare(rank(a), rank(b)) })
	failing, paused := 0, 0
	for _, f := range feeds {
		switch {
		case f.Paused():
			paused++
		case inTrouble(f.Feed):
			failing++
		}
	}
	end := min(offset+pageSize, len(feeds))
	var lines []string
	for _, f := range feeds[offset:end] {
		lines = append(lines, feedLine(f))
	}
	title := plural(len(feeds), "feed", "feeds")
	if failing > 0 {
		title += fmt.Sprintf(", %d in trouble", failing)
	}
	if paused > 0 {
		title += fmt.Sprintf(", %d paused", paused)
	}
	if len(feeds) > pageSize {
		title += fmt.Sprintf(" · %d to %d", offset+1, end)
	}
	return response{
		Embeds: embeds(&discordgo.MessageEmbed{Type: discordgo.EmbedTypeRich, Title: title, Description: spaced(lines)}),
		Rows: pageButtons(offset, pageSize, offset+pageSize < len(feeds), func(offset int) string {
			return customID(verbFeeds, number(offset))
		}),
	}, nil
}

// inTrouble reports whether a feed cannot be read at present. A failure that came of
// a person's wish to try is not counted, and leaves only its reason.
func inTrouble(f news.Feed) bool {
	return f.State == news.FeedGone || f.Failures > 0 || f.LastError != ""
}

// trouble is why a feed cannot be read, in one wording wherever that is told. Part of
// it may be a stranger's words, so it needs markdown or sentence.
func trouble(f news.Feed) string {
	if f.State == news.FeedGone {
		return "the site says that the feed is gone for good, so I have stopped asking"
	}
	return cmp.Or(f.LastError, "it cannot be read")
}

// whatFails is the trouble as a sentence.
func whatFails(f news.Feed) string { return sentence(trouble(f), 300) }

// lastError is why the last try failed, as a sentence: also that of a feed that was
// gone before it.
func lastError(f news.Feed) string {
	if f.LastError == "" {
		return whatFails(f)
	}
	return sentence(f.LastError, 300)
}

const (
	pauseMeans = "None of its stories are posted until somebody resumes it."
	keepTrying = "I keep trying, at least once a day."
)

// rank orders feeds by how much a person has to see to them.
func rank(f news.Follow) int {
	switch {
	case f.Paused():
		return 1
	case inTrouble(f.Feed):
		return 0
	}
	return 2
}

// feedLine is at most 400 wide: ten of them fit a description.
func feedLine(f news.Follow) string {
	line := link(outletName(f.Feed, ""), cmp.Or(f.Site, f.URL), 80, 120)
	switch {
	case f.Paused():
		return line + "\n" + note("paused "+ago(f.PausedAt))
	case inTrouble(f.Feed):
		read := "never read"
		if f.Polled() {
			read = "last read " + ago(f.PolledAt)
		}
		return line + "\n" + note(markdown(trouble(f.Feed), 140), read)
	case !f.Polled():
		return line + "\n-# not read yet"
	}
	return line + "\n" + note("read "+ago(f.PolledAt))
}

// followedFeed finds a followed feed by what an autocompletion sent, or by its
// name or address where a person typed on.
func (b *Bot) followedFeed(ctx context.Context, guild news.GuildID, given string) (news.Follow, error) {
	feeds, err := b.followed(ctx, guild)
	if err != nil {
		return news.Follow{}, err
	}
	for _, f := range feeds {
		if given == feedChoice+f.ID.String() || strings.EqualFold(given, f.Title) || given == f.URL {
			return f, nil
		}
	}
	return news.Follow{}, news.Userf("This server follows no feed called %s. Choose one from the list that appears while you type.", code(given, 80))
}

func (b *Bot) followed(ctx context.Context, guild news.GuildID) ([]news.Follow, error) {
	feeds, err := b.cfg.Store.FollowedFeeds(ctx, guild)
	if err != nil {
		return nil, fmt.Errorf("list the feeds of server %v: %w", guild, err)
	}
	return feeds, nil
}
