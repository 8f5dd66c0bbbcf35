package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// Words of a summary, by how long a person wants it.
const (
	shortWords  = 30
	mediumWords = 60
	longWords   = 120
)

// summarize answers /summarize.
func (b *Bot) summarize(ctx context.Context, r *request) (response, error) {
	given := r.text("url")
	if given == "" {
		return response{}, news.Userf("Give the address of the article.")
	}
	words := mediumWords
	switch r.text("length") {
	case "short":
		words = shortWords
	case "long":
		words = longWords
	}
	article, err := b.cfg.Articles.ReadArticle(ctx, given)
	if err != nil {
		return response{}, fmt.Errorf("read the page to summarize: %w", err)
	}
	summary, err := b.cfg.Summaries.Summarize(ctx, news.SummaryRequest{Title: article.Title, Text: article.Text, MaxWords: words})
	if err != nil {
		return response{}, fmt.Errorf("summarize: %w", err)
	}
	if len(summary.Sentences) == 0 {
		return response{}, news.Userf("I opened that page, but found too little text to condense. It may need a login, or be a list of other pages. Give the address of a single article.")
	}
	address := article.URL
	if address == "" {
		address = given
	}
	outlet := plain(article.Site)
	if outlet == "" {
		outlet = hostOf(address)
	}
	e := &discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		URL:         safeURL(address, maxURL),
		Title:       markdown(linkText(article.Title, address), maxTitle),
		Color:       colour(outlet),
		Description: joinNonEmpty("\n", summaryText(summary, words), note(methodName(summary.Method), ago(article.PublishedAt))),
	}
	if outlet != "" {
		e.Author = &discordgo.MessageEmbedAuthor{Name: label(outlet, maxAuthor)}
	}
	if image := safeURL(article.Image, maxURL); image != "" {
		e.Thumbnail = &discordgo.MessageEmbedThumbnail{URL: image}
	}
	return response{Embed: e}, nil
}

// summaryText shows a summary as a paragraph, and a long one as points.
func summaryText(s news.Summary, words int) string {
	if words < longWords {
		return markdown(strings.Join(s.Sentences, " "), summaryBudget)
	}
	const maxPoints, pointBudget = 8, 400
	var points []string
	for _, sentence := range s.Sentences[:min(len(s.Sentences), maxPoints)] {
		if point := markdown(sentence, pointBudget); point != "" {
			points = append(points, "- "+point)
		}
	}
	return strings.Join(points, "\n")
}

// longer answers the button under a post: more of the story, for the one who
// asks.
func (b *Bot) longer(ctx context.Context, r *request) (response, error) {
	gone := news.Userf("I no longer keep that story. The post's title links to it.")
	id, err := news.ParseID[news.StoryID](r.arg(0))
	if err != nil {
		return response{}, gone
	}
	story, err := b.cfg.Store.Story(ctx, id)
	if errors.Is(err, news.ErrNotFound) {
		return response{}, gone
	}
	if err != nil {
		return response{}, fmt.Errorf("load story %v: %w", id, err)
	}
	if story.Teaser && story.URL != "" {
		// The article could not be had when the story came in; perhaps it can now.
		if article, err := b.cfg.Articles.ReadArticle(ctx, story.URL); err == nil {
			story.Text = article.Text
		} else {
			b.log.Debug("the article of a teaser cannot be read", "story", id, "error", err)
		}
	}
	summary, err := b.cfg.Summaries.Summarize(ctx, news.SummaryRequest{
		Title: story.Title, Text: story.Text, Lead: story.Lead, MaxWords: longWords,
	})
	if err != nil {
		return response{}, fmt.Errorf("summarize story %v: %w", id, err)
	}
	if len(summary.Sentences) == 0 {
		return response{}, news.Userf("I have no more of that story than the post shows. The post's title links to it.")
	}
	return response{Embed: &discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		URL:         safeURL(story.URL, maxURL),
		Title:       markdown(linkText(story.Title, story.URL), maxTitle),
		Description: joinNonEmpty("\n", summaryText(summary, longWords), note(methodName(summary.Method), ago(story.Time()))),
	}}, nil
}

// notForUs answers the button under a post: which subscription brought it, and
// how to change that.
func (b *Bot) notForUs(ctx context.Context, r *request) (response, error) {
	gone := news.Userf("I no longer know what brought that post here. `/subscriptions` lists what this server watches for.")
	id, err := news.ParseID[news.DeliveryID](r.arg(0))
	if err != nil {
		return response{}, gone
	}
	post, err := b.cfg.Store.Post(ctx, id)
	if errors.Is(err, news.ErrNotFound) || err == nil && post.Delivery.Guild != r.Guild {
		return response{}, gone
	}
	if err != nil {
		return response{}, fmt.Errorf("load delivery %v: %w", id, err)
	}
	s, err := b.cfg.Store.Subscription(ctx, r.Guild, post.Delivery.Subscription)
	if errors.Is(err, news.ErrNotFound) {
		return response{Text: "The subscription that brought this here has been removed. No more will come of it."}, nil
	}
	if err != nil {
		return response{}, fmt.Errorf("load subscription %v: %w", post.Delivery.Subscription, err)
	}
	why := fmt.Sprintf("%s brought this here", code(s.Query, maxQuery+2))
	if terms := markdown(strings.Join(post.Delivery.Matched, ", "), termsBudget); terms != "" {
		why += ": the story has " + terms
	}
	why += "."
	if !r.Admin {
		return response{Text: why + " People with *Manage Server* can change that with `/subscriptions`."}, nil
	}
	if s.Paused() {
		return response{Text: why + " It is paused already.", Rows: []discordgo.MessageComponent{subscriptionButtons(s.ID, true)}}, nil
	}
	return response{
		Text: why + " To see less like it, add words to leave out, such as `-review`, or stop it here.",
		Rows: []discordgo.MessageComponent{subscriptionButtons(s.ID, false)},
	}, nil
}
