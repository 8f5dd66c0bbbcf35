package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/match"
	"tidings/internal/news"
)

// latest answers /news latest.
func (b *Bot) latest(ctx context.Context, r *request) (response, error) {
	var feed news.Follow
	if given := r.text("feed"); given != "" {
		var err error
		if feed, err = b.followedFeed(ctx, r.Guild, given); err != nil {
			return response{}, err
		}
	}
	return b.latestPage(ctx, r.Guild, feed.ID, r.number("count", pageSize, 1, pageSize), 0)
}

// pageLatest answers the buttons under it.
func (b *Bot) pageLatest(ctx context.Context, r *request) (response, error) {
	feed, _ := news.ParseID[news.FeedID](r.arg(0)) // 0 for all
	return b.latestPage(ctx, r.Guild, feed, r.count(1, 1, pageSize), r.count(2, 0, maxOffset))
}

func (b *Bot) latestPage(ctx context.Context, guild news.GuildID, feed news.FeedID, count, offset int) (response, error) {
	// One more than is shown tells whether there is a next page.
	found, err := b.cfg.Store.Latest(ctx, guild, feed, count+1, offset)
	if err != nil {
		return response{}, fmt.Errorf("list the latest news of server %v: %w", guild, err)
	}
	if len(found) == 0 && offset > 0 {
		return response{Text: "There is nothing further. `/news latest` begins again."}, nil
	}
	if len(found) == 0 {
		return response{Text: "There is no news here yet. `/feeds list` shows when each feed was last read."}, nil
	}
	title := "The latest news"
	if feed != 0 {
		title += " of " + outletName(found[0].Feed, "")
	}
	return headlinePage(title, found, count, offset, func(offset int) string {
		return customID(verbLatest, feed, number(count), number(offset))
	}), nil
}

// search answers /news search.
func (b *Bot) search(ctx context.Context, r *request) (response, error) {
	return b.searchPage(ctx, r.Guild, r.text("query"), 0)
}

// pageSearch answers the buttons under it.
func (b *Bot) pageSearch(ctx context.Context, r *request) (response, error) {
	query := ""
	if len(r.Args) > 1 {
		query = strings.Join(r.Args[1:], ":")
	}
	return b.searchPage(ctx, r.Guild, query, r.count(0, 0, maxOffset))
}

func (b *Bot) searchPage(ctx context.Context, guild news.GuildID, text string, offset int) (response, error) {
	if width(text) > maxSearch {
		return response{}, news.Userf("That search is longer than %d characters. Leave some words out.", maxSearch)
	}
	query, err := match.Compile(text)
	if err != nil {
		return response{}, err
	}
	found, err := b.cfg.Store.Search(ctx, guild, query.Expr(), pageSize+1, offset)
	if err != nil {
		return response{}, fmt.Errorf("search the news of server %v: %w", guild, err)
	}
	if len(found) == 0 {
		if offset > 0 {
			return response{Text: fmt.Sprintf("There is nothing further for %s. `/news search` begins again.", code(text, maxSearch+2))}, nil
		}
		return response{Text: fmt.Sprintf("Nothing found for %s in the feeds of this server. Try fewer words, or `OR` between them.", code(text, maxSearch+2))}, nil
	}
	return headlinePage("News for "+text, found, pageSize, offset, func(offset int) string {
		return customID(verbSearch, number(offset)) + ":" + text
	}), nil
}

// headlinePage shows a page of news with buttons to the pages beside it. Of the
// headlines found, one beyond the page's size tells that there are more.
func headlinePage(title string, found []news.Headline, size, offset int, id func(offset int) string) response {
	shown := found[:min(len(found), size)]
	return response{
		Embeds: embeds(&discordgo.MessageEmbed{
			Type:        discordgo.EmbedTypeRich,
			Title:       markdown(title, maxTitle),
			Description: headlines(shown),
		}),
		Rows: pageButtons(offset, size, len(found) > size, id),
	}
}

// headlines lists news in a description: for each a linked title, a sentence,
// and who tells it when. Where ten of them do not fit, the longest give up first
// their sentence, then their link.
func headlines(shown []news.Headline) string {
	forms := make([][3]string, len(shown))
	for i, h := range shown {
		forms[i] = headlineForms(h)
	}
	return spaced(fitted(forms, maxDescription))
}

// fitted picks of each line's forms, the longest first, one, so that together they
// are at most limit wide with a character between them.
func fitted(forms [][3]string, limit int) []string {
	form := make([]int, len(forms))
	total := 0
	for i := range forms {
		total += width(forms[i][0]) + 1
	}
	for total > limit {
		longest := -1
		for i := range forms {
			if form[i] < len(forms[i])-1 && (longest < 0 || width(forms[i][form[i]]) > width(forms[longest][form[longest]])) {
				longest = i
			}
		}
		if longest < 0 {
			break // cannot be: the shortest forms of a page fit
		}
		total -= width(forms[longest][form[longest]])
		form[longest]++
		total += width(forms[longest][form[longest]])
	}
	lines := make([]string, len(forms))
	for i := range forms {
		lines[i] = forms[i][form[i]]
	}
	return lines
}

// headlineForms is a headline in full, without its sentence, and at its
// shortest: at most 330 wide.
func headlineForms(h news.Headline) [3]string {
	const titleWidth, sentenceWidth, outletWidth = 160, 240, 80
	outlets := markdown(outletName(h.Feed, h.Story.URL), outletWidth)
	if h.Outlets > 1 {
		outlets += fmt.Sprintf(" and %d more", h.Outlets-1)
	}
	small := note(outlets, ago(h.Story.Time()))
	title := "**" + link(h.Story.Title, h.Story.URL, titleWidth, maxURL) + "**"
	sentence := ""
	if len(h.Summary.Sentences) > 0 {
		sentence = markdown(h.Summary.Sentences[0], sentenceWidth)
	}
	return [3]string{
		joinNonEmpty("\n", title, sentence, small),
		joinNonEmpty("\n", title, small),
		joinNonEmpty("\n", "**"+markdown(linkText(h.Story.Title, h.Story.URL), titleWidth)+"**", small),
	}
}
