package bot

import (
	"context"
	"fmt"
	"net/url"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// summarize answers /summarize.
func (b *Bot) summarize(ctx context.Context, r *request) (response, error) {
	given := r.text("url")
	if given == "" {
		return response{}, news.Userf("Give the address of the article.")
	}
	if err := checkAddress(given); err != nil {
		return response{}, err // costs nothing, and waiting would not help
	}
	if err := b.afford(r, 1); err != nil {
		return response{}, err
	}
	l := readLength(r.text("length"))
	e, err := b.articleSummary(ctx, r.Guild, given, l)
	if err != nil {
		return response{}, err
	}
	resp := response{Embeds: embeds(e)}
	if l != lengthLong && e.URL != "" {
		resp.Rows = []discordgo.MessageComponent{discordgo.ActionsRow{
			Components: []discordgo.MessageComponent{button("Longer", verbLongerArticle)},
		}}
	}
	return resp, nil
}

// checkAddress returns a *news.UserError for what cannot be a page's address, whatever
// stands there.
func checkAddress(given string) error {
	u, err := url.Parse(given)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "":
		return news.Userf("That is no web address. Give the article's whole address, such as `https://example.org/story`.")
	case u.Scheme != "http" && u.Scheme != "https":
		return news.Userf("That is no http or https address, and I read no others.")
	}
	return nil
}

// longerArticle answers the button under it: more of the article, for the one who
// asks.
func (b *Bot) longerArticle(ctx context.Context, r *request) (response, error) {
	linked := linkedArticles(r.Message)
	if len(linked) == 0 {
		return response{}, news.Userf("I no longer know which article that was. Give its address to `/summarize`.")
	}
	if err := b.afford(r, 1); err != nil {
		return response{}, err
	}
	e, err := b.articleSummary(ctx, r.Guild, linked[0], lengthLong)
	if err != nil {
		return response{}, err
	}
	return response{Embeds: embeds(e)}, nil
}

// linkedArticles are the addresses of the articles that a message of ours shows. An
// address is too long for a button's id, and the message has it anyway.
func linkedArticles(m *discordgo.Message) []string {
	var linked []string
	if m == nil {
		return nil
	}
	for _, e := range m.Embeds[:min(len(m.Embeds), maxLinks)] {
		if e == nil {
			continue
		}
		if address := safeURL(e.URL, maxURL); address != "" {
			linked = append(linked, address)
		}
	}
	return linked
}

// articleSummary reads the article at an address, which a person gave, and shows it
// condensed. The embed's address is the article's, "" where that is too long.
func (b *Bot) articleSummary(ctx context.Context, guild news.GuildID, given string, l length) (*discordgo.MessageEmbed, error) {
	article, err := b.cfg.Articles.ReadArticle(ctx, given)
	if err != nil {
		return nil, fmt.Errorf("read the page to summarize: %w", err)
	}
	summary, err := b.condense(ctx, l, news.SummaryRequest{
		Title: article.Title, Text: article.Text, For: []news.GuildID{guild},
	})
	if err != nil {
		return nil, err
	}
	switch {
	case len(summary.Sentences) > 0:
	case summary.Reason != news.TooLong:
		return nil, news.Userf("I opened that page, but found too little text to condense. It may need a login, or be a list of other pages. Give the address of a single article.")
	case l == lengthLong:
		return nil, news.Userf("That article's sentences have more than %d words each, and I don't cut sentences. Its page has them whole.", longWords)
	}
	told := b.retell(ctx, guild, article.Title, summary.Sentences, article.Language)
	address := article.URL
	if safeURL(address, maxURL) == "" {
		address = given // a redirect's target may be longer than an embed takes
	}
	outlet := plain(article.Site)
	if outlet == "" {
		outlet = hostOf(address)
	}
	text := l.text(told.Sentences, articleBudget, nil)
	if len(told.Sentences) == 0 {
		text = fmt.Sprintf("Its sentences have more than %d words each, and I don't cut sentences. *Longer* allows %d.", shortWords, longWords)
	}
	e := &discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		URL:         safeURL(address, maxURL),
		Title:       markdown(linkText(told.Title, address), maxTitle),
		Color:       colour(outlet),
		Description: joinNonEmpty("\n", text, note(howMade(summary), told.Note, ago(article.PublishedAt))),
	}
	if outlet != "" {
		e.Author = &discordgo.MessageEmbedAuthor{Name: label(outlet, articleOutlet)}
	}
	if image := safeURL(article.Image, maxURL); image != "" {
		e.Thumbnail = &discordgo.MessageEmbedThumbnail{URL: image}
	}
	return e, nil
}

// condense asks for a summary, and where no sentence of the text is as short as a line,
// for a short one: a sentence is not cut, and an article with long ones is not to be taken
// for an empty page. More than a short one is for the reader to ask for.
func (b *Bot) condense(ctx context.Context, l length, r news.SummaryRequest) (news.Summary, error) {
	summary, err := b.cfg.Summaries.Summarize(ctx, l.of(r))
	if err == nil && len(summary.Sentences) == 0 && l == lengthLine {
		summary, err = b.cfg.Summaries.Summarize(ctx, lengthShort.of(r))
	}
	if err != nil {
		return news.Summary{}, fmt.Errorf("summarize: %w", err)
	}
	return summary, nil
}

// Budgets of an article's embed. Three of them with their titles stay within the
// 6,000 characters that Discord allows all embeds of a message together.
const (
	articleBudget = 1400
	articleOutlet = 100
)
