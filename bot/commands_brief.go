package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/match"
	"tidings/internal/news"
)

const (
	briefSize = 5
	maxBrief  = 50 // events of a period that are ranked
)

// period is how far back a brief goes.
type period struct {
	Hours int
	Name  string // after "the"
}

func briefPeriods() []period {
	return []period{{6, "last 6 hours"}, {24, "last day"}, {72, "last 3 days"}, {168, "last week"}}
}

// readPeriod returns the shortest period that has so many hours.
func readPeriod(hours int) period {
	all := briefPeriods()
	for _, p := range all {
		if hours <= p.Hours {
			return p
		}
	}
	return all[len(all)-1]
}

// brief answers /news brief.
func (b *Bot) brief(ctx context.Context, r *request) (response, error) {
	return b.briefPage(ctx, r, readPeriod(r.number("hours", 24, 1, 168)), 0, r.text("topic"))
}

// pageBrief answers the buttons under it.
func (b *Bot) pageBrief(ctx context.Context, r *request) (response, error) {
	topic := ""
	if len(r.Args) > 2 {
		topic = strings.Join(r.Args[2:], ":")
	}
	return b.briefPage(ctx, r, readPeriod(r.count(0, 1, 168)), r.count(1, 0, maxBrief), topic)
}

func (b *Bot) briefPage(ctx context.Context, r *request, p period, offset int, topic string) (response, error) {
	if width(topic) > maxSearch {
		return response{}, news.Userf("That topic is longer than %d characters. Leave some words out.", maxSearch)
	}
	var query *news.Expr
	if topic != "" {
		compiled, err := match.Compile(topic)
		if err != nil {
			return response{}, err
		}
		query = compiled.Expr()
	}
	since := b.now().UTC().Add(-time.Duration(p.Hours) * time.Hour)
	found, err := b.cfg.Store.Brief(ctx, r.Guild, query, since, maxBrief+1)
	if err != nil {
		return response{}, fmt.Errorf("brief server %v: %w", r.Guild, err)
	}
	switch {
	case len(found) <= offset && offset > 0:
		return response{Text: "There is nothing further. `/news brief` begins again."}, nil
	case len(found) == 0:
		return response{Text: nothingToBrief(p, topic)}, nil
	}
	count := plural(len(found), "story", "stories")
	if len(found) > maxBrief {
		found = found[:maxBrief]
		count = fmt.Sprintf("more than %d stories", maxBrief)
	}
	title := "The " + p.Name + " · " + count
	if topic != "" {
		title += " on " + topic
	}
	end := min(offset+briefSize, len(found))
	lines, translated := b.bullets(ctx, r, found[offset:end])
	rest := ""
	if end < len(found) {
		rest = plural(len(found)-end, "more story", "more stories")
	}
	var row discordgo.ActionsRow
	page := func(label string, offset int) {
		row.Components = append(row.Components, button(label, customID(verbBrief, number(p.Hours), number(offset))+":"+topic))
	}
	if offset > 0 {
		page("Show previous", max(offset-briefSize, 0))
	}
	if end < len(found) {
		page("Show more", end)
	}
	resp := response{Embeds: embeds(&discordgo.MessageEmbed{
		Type:        discordgo.EmbedTypeRich,
		Title:       markdown(title, maxTitle),
		Description: joinNonEmpty("\n\n", strings.Join(lines, "\n\n"), note(rest, translated)),
	})}
	if len(row.Components) > 0 {
		resp.Rows = []discordgo.MessageComponent{row}
	}
	return resp, nil
}

// nothingToBrief says that there is no news, and what to do about it.
func nothingToBrief(p period, topic string) string {
	text := fmt.Sprintf("There is no news of the %s here.", p.Name)
	if topic != "" {
		text = fmt.Sprintf("There is nothing on %s in the news of the %s here.", code(topic, maxSearch+2), p.Name)
	}
	all := briefPeriods()
	if p.Hours < all[len(all)-1].Hours {
		text += " Choose a longer period."
	} else if topic != "" {
		text += " Try fewer words, or `OR` between them."
	}
	return text + " `/feeds list` shows what is read, and when it was."
}

// bullet is one line of a brief.
type bullet struct {
	news.Headline
	Title    string
	Sentence string // "" where nothing can be said in one
	Note     string
}

// bullets are the lines of a brief, which fit a description together, and a word on
// whether some of them are translated.
func (b *Bot) bullets(ctx context.Context, r *request, found []news.Headline) (lines []string, translated string) {
	bullets := make([]bullet, len(found))
	for i, h := range found {
		bullets[i] = bullet{Headline: h, Title: h.Story.Title, Sentence: b.oneSentence(ctx, r.Guild, h)}
	}
	translated = b.retellBullets(ctx, r, bullets)
	forms := make([][3]string, len(bullets))
	for i, line := range bullets {
		forms[i] = line.forms()
	}
	return fitted(forms, maxDescription-briefSize-footBudget), translated
}

// footBudget is what the small print under a brief takes at most.
const footBudget = 100

// sentenceWidth bounds a sentence in a list.
const sentenceWidth = 300

// oneSentence says what an event is about in one whole sentence. No language model
// is asked for it: a summary that one made before is there to be used.
func (b *Bot) oneSentence(ctx context.Context, guild news.GuildID, h news.Headline) string {
	fits := func(s string) bool {
		return len(strings.Fields(s)) <= lineWords*3/2 && width(escape(plain(s))) <= sentenceWidth
	}
	other := len(h.Summary.Sources) > 0 && h.Summary.Sources[0] > 0 // what another outlet says is not said of this story
	if said := h.Summary.Sentences; len(said) > 0 && !other && fits(said[0]) {
		return said[0]
	}
	summary, err := b.cfg.Summaries.Summarize(ctx, lengthLine.of(news.SummaryRequest{
		Title: h.Story.Title, Text: h.Story.Text, Lead: h.Story.Lead, Unread: true, For: []news.GuildID{guild},
	}))
	if err != nil {
		b.log.Info("no sentence for a brief", "story", h.Story.ID, "error", err)
	}
	if len(summary.Sentences) > 0 && fits(summary.Sentences[0]) {
		return summary.Sentences[0]
	}
	return ""
}

// retellBullets brings bullets into the server's language, each by a call of its own:
// a new one costs none of the others again, and one that cannot be translated leaves the
// others theirs. It returns a word on it where that was done, or cannot be for a while.
func (b *Bot) retellBullets(ctx context.Context, r *request, bullets []bullet) (translated string) {
	to := b.languageOf(ctx, r.Guild)
	translator := b.cfg.Translator
	foreign := func(line bullet) bool {
		return primary(b.languageIn(line.Story.Language, line.Title, line.Sentence)) != primary(to)
	}
	if to != "" && translator != nil && slices.ContainsFunc(bullets, foreign) {
		if left, _ := b.allowances.take(r.User, r.Guild, 1); left > 0 {
			translator, translated = nil, "translated again in "+wait(left)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, translateTimeout)
	defer cancel()
	var all sync.WaitGroup
	for i := range bullets {
		all.Go(func() {
			line := &bullets[i]
			defer func() {
				if p := recover(); p != nil {
					b.log.Error("a panic over a bullet", "story", line.Story.ID, "error", panicError(p))
				}
			}()
			var sentences []string
			if strings.TrimSpace(line.Sentence) != "" {
				sentences = []string{line.Sentence}
			}
			told := b.retellIn(ctx, to, translator, r.Guild, line.Title, sentences, line.Story.Language)
			line.Title, line.Note = told.Title, told.Note
			if len(sentences) > 0 {
				line.Sentence = told.Sentences[0]
			}
		})
	}
	all.Wait()
	for i := range bullets {
		if bullets[i].Note == noteTranslated {
			bullets[i].Note, translated = "", noteTranslated
		}
	}
	return translated
}

// forms are a bullet in full, without its sentence, and at its shortest.
func (l bullet) forms() [3]string {
	const titleWidth, outletWidth = 160, 80
	outlets := markdown(outletName(l.Feed, l.Story.URL), outletWidth)
	if outlets != "" && l.Outlets > 1 {
		outlets += fmt.Sprintf(" and %d more", l.Outlets-1)
	}
	if outlets != "" {
		outlets = "*" + outlets + "*"
	}
	small := joinNonEmpty(" · ", outlets, l.Note, ago(l.Story.Time()))
	title := "- **" + link(l.Title, l.Story.URL, titleWidth, maxURL) + "**"
	return [3]string{
		joinNonEmpty("\n  ", title, markdown(l.Sentence, sentenceWidth), small),
		joinNonEmpty("\n  ", title, small),
		joinNonEmpty("\n  ", "- **"+markdown(linkText(l.Title, l.Story.URL), titleWidth)+"**", small),
	}
}
