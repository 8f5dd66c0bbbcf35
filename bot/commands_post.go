package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// maxTellers is how many outlets' stories of an event a long summary is made of.
const maxTellers = 5

// longer answers the button under a post: more of the story, from all outlets that
// tell it, for the one who asks.
func (b *Bot) longer(ctx context.Context, r *request) (response, error) {
	gone := news.Userf("I no longer keep that story. The post's title links to it.")
	id, err := news.ParseID[news.StoryID](r.arg(0))
	if err != nil {
		return response{}, gone
	}
	stories, feeds, err := b.cfg.Store.EventStories(ctx, r.Guild, id, maxTellers)
	if errors.Is(err, news.ErrNotFound) || err == nil && len(stories) == 0 {
		return response{}, gone
	}
	if err != nil {
		return response{}, fmt.Errorf("load story %v and others of its event: %w", id, err)
	}
	if err := b.afford(r, 1); err != nil {
		return response{}, err
	}
	story := b.withArticle(ctx, stories[0])
	request := lengthLong.of(news.SummaryRequest{Title: story.Title, Text: story.Text, Lead: story.Lead, For: []news.GuildID{r.Guild}})
	tellers := []int{0} // of the request's texts: the index of each's story
	for i, s := range stories[1:] {
		if s.Text != "" {
			request.More = append(request.More, news.Source{Title: s.Title, Text: s.Text})
			tellers = append(tellers, i+1)
		}
	}
	summary, err := b.cfg.Summaries.Summarize(ctx, request)
	if err != nil {
		return response{}, fmt.Errorf("summarize story %v: %w", id, err)
	}
	withArticle := func(s news.Story) bool { return !lacksArticle(s) }
	known := withArticle(story) || slices.ContainsFunc(stories[1:], withArticle)
	switch {
	case len(summary.Sentences) > 0:
	case !known && story.URL != "":
		return response{}, news.Userf("I can't read the article itself, and have no more of that story than the post shows. The post's title links to it.")
	default:
		return response{}, news.Userf("I have no more of that story than the post shows. The post's title links to it.")
	}
	told := b.retell(ctx, r.Guild, story.Title, summary.Sentences, story.Language)
	var source func(int) string
	if slices.ContainsFunc(summary.Sources, func(n int) bool { return n > 0 }) {
		source = func(sentence int) string {
			if sentence >= len(summary.Sources) || summary.Sources[sentence] >= len(tellers) {
				return ""
			}
			i := tellers[max(summary.Sources[sentence], 0)]
			return "*" + link(outletName(feeds[i], stories[i].URL), stories[i].URL, alsoName, alsoURL) + "*"
		}
	}
	resp := response{Embeds: embeds(&discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		URL:         safeURL(story.URL, maxURL),
		Title:       markdown(linkText(told.Title, story.URL), maxTitle),
		Color:       colour(outletName(feeds[0], story.URL)),
		Description: joinNonEmpty("\n", lengthLong.text(told.Sentences, longBudget, source), note(howMade(summary), told.Note, ago(story.Time()))),
	})}
	switch {
	case known:
	case story.URL == "":
		resp.Text = "The feed names no article, so this is all that it says of the story."
	default:
		resp.Text = "I can't read the article itself, so this is all that its feed says of it. The title links to it."
	}
	return resp, nil
}

// lacksArticle reports whether a story's text is no more than what its feed says of
// an article elsewhere.
func lacksArticle(s news.Story) bool {
	return s.Text == "" || s.Teaser && s.Text == s.Lead
}

// withArticle reads the article of a story that lacks it: it could not be had when
// the story came in, but perhaps it can now.
func (b *Bot) withArticle(ctx context.Context, s news.Story) news.Story {
	if !lacksArticle(s) || s.URL == "" {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timing.Handler/2)
	defer cancel()
	article, err := b.cfg.Articles.ReadArticle(ctx, s.URL)
	if err != nil {
		b.log.Debug("the article of a teaser cannot be read", "story", s.ID, "error", err)
		return s
	}
	if len(article.Text) > len(s.Text) { // a login wall gives less than the teaser does
		s.Text = article.Text
	}
	if s.Language == "" {
		s.Language = article.Language
	}
	return s
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
