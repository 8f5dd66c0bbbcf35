package bot

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// Discord's limits, in characters, from its documentation of messages, embeds
// and components. Widths below are budgets within them.
const (
	maxContent     = 2000
	maxTitle       = 256
	maxDescription = 4096
	maxAuthor      = 256
	maxCustomID    = 100
	maxChoice      = 100
	maxChoices     = 25
)

// Budgets of a post's description. Their sum stays below maxDescription.
const (
	summaryBudget = 1800
	alsoOutlets   = 5   // named; the rest is a count
	alsoName      = 80  // each
	alsoURL       = 200 // each; a longer address leaves the name unlinked
	termsBudget   = 200
)

// The verbs of the buttons under a post.
const (
	verbLonger   = "longer"
	verbNotForUs = "notforus"
)

// renderPost turns a post into the message that shows it: every limit of
// Discord's is kept whatever the feed says, and nothing that a feed says formats,
// links or mentions.
func renderPost(p news.Post) *discordgo.MessageSend {
	m := &discordgo.MessageSend{
		Embeds:          []*discordgo.MessageEmbed{postEmbed(p)},
		Components:      []discordgo.MessageComponent{postButtons(p)},
		AllowedMentions: noMentions(),
	}
	if role := p.Delivery.Role; role != 0 {
		m.Content = "<@&" + role.String() + ">"
		m.AllowedMentions.Roles = []string{role.String()}
	}
	return m
}

// plainer removes from a message what Discord most often refuses: a picture and
// a link button whose addresses only look valid.
func plainer(m *discordgo.MessageSend) *discordgo.MessageSend {
	embed := *m.Embeds[0]
	embed.URL, embed.Thumbnail = "", nil
	rows := []discordgo.MessageComponent{}
	for _, c := range m.Components {
		var row discordgo.ActionsRow
		for _, c := range c.(discordgo.ActionsRow).Components {
			if b, ok := c.(discordgo.Button); ok && b.Style != discordgo.LinkButton {
				row.Components = append(row.Components, b)
			}
		}
		rows = append(rows, row)
	}
	return &discordgo.MessageSend{
		Content:         m.Content,
		Embeds:          []*discordgo.MessageEmbed{&embed},
		Components:      rows,
		AllowedMentions: m.AllowedMentions,
	}
}

// noMentions lets nothing in a message mention anybody. An empty list says so;
// a null would let Discord parse everything.
func noMentions() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

func postEmbed(p news.Post) *discordgo.MessageEmbed {
	outlet := outletName(p.Feed, p.Story.URL)
	title, sentences := p.Story.Title, p.Summary.Sentences
	if t := p.Translation; t != nil {
		title, sentences = cmp.Or(t.Title, title), t.Sentences
	}
	e := &discordgo.MessageEmbed{
		Type:  discordgo.EmbedTypeRich,
		URL:   safeURL(p.Story.URL, maxURL),
		Title: markdown(linkText(title, p.Story.URL), maxTitle),
		Color: colour(outlet),
	}
	if outlet != "" {
		e.Author = &discordgo.MessageEmbedAuthor{Name: label(outlet, maxAuthor)}
	}
	if image := safeURL(p.Story.Image, maxURL); image != "" {
		e.Thumbnail = &discordgo.MessageEmbedThumbnail{URL: image}
	}
	e.Description = joinNonEmpty("\n",
		markdown(paragraph(sentences), summaryBudget),
		alsoLine(p.Also, p.AlsoURLs),
		postNote(p))
	return e
}

// alsoLine names the other outlets that tell of the event.
func alsoLine(names, urls []string) string {
	if len(names) == 0 {
		return ""
	}
	more := 0
	if len(names) > alsoOutlets {
		more = len(names) - alsoOutlets
		names = names[:alsoOutlets]
	}
	var links []string
	for i, name := range names {
		target := ""
		if i < len(urls) {
			target = urls[i]
		}
		if name = plain(name); name == "" {
			name = hostOf(target)
		}
		links = append(links, link(name, target, alsoName, alsoURL))
	}
	line := "**Also in** " + strings.Join(links, " · ")
	if more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line
}

// postNote is the small print: what matched, how the summary was made, in which
// language where that is not the server's, and when.
// It stands in the description, since a footer cannot show everyone's own time.
func postNote(p news.Post) string {
	return note(
		markdown(strings.Join(p.Delivery.Matched, ", "), termsBudget),
		howMade(p.Summary),
		languageNote(p),
		ago(p.Story.Time()))
}

// languageNote says that a post was translated, or that it was not although its
// server reads another language.
func languageNote(p news.Post) string {
	if p.Translation != nil {
		return noteTranslated
	}
	if told := primary(p.Story.Language); told != "" && p.Language != "" && told != primary(p.Language) {
		return "in " + languageName(told)
	}
	return ""
}

// note is a line of small print.
func note(parts ...string) string {
	line := joinNonEmpty(" · ", parts...)
	if line == "" {
		return ""
	}
	return "-# " + line
}

// howMade is what the small print says of a summary: how it was made, and why that is not
// from the article, or why there is none.
func howMade(s news.Summary) string {
	how := methodName(s.Method)
	if len(s.Sentences) == 0 && s.Reason != "" {
		how = "no summary"
	}
	return joinNonEmpty(": ", how, reasonName(s.Reason))
}

func reasonName(r news.Reason) string {
	switch r {
	case news.Unreadable:
		return "its page could not be read"
	case news.NoArticle:
		return "no article to condense"
	case news.TooLong:
		return "its sentences are too long"
	}
	return ""
}

func methodName(m news.Method) string {
	switch m {
	case news.Extractive:
		return "extract"
	case news.FeedText:
		return "feed text"
	}
	return markdown(string(m), 40)
}

// ago is a moment as Discord shows it to each reader, such as "2 hours ago".
func ago(t time.Time) string { return timestamp(t, "R") }

// day is a moment's date as Discord shows it to each reader.
func day(t time.Time) string { return timestamp(t, "D") }

// moment is a date and a time as Discord shows them to each reader.
func moment(t time.Time) string { return timestamp(t, "f") }

func timestamp(t time.Time, style string) string {
	if t.IsZero() || t.Unix() <= 0 {
		return ""
	}
	return "<t:" + strconv.FormatInt(t.Unix(), 10) + ":" + style + ">"
}

func postButtons(p news.Post) discordgo.ActionsRow {
	var row discordgo.ActionsRow
	if target := safeURL(p.Story.URL, maxButtonURL); target != "" {
		row.Components = append(row.Components, discordgo.Button{Label: "Read", Style: discordgo.LinkButton, URL: target})
	}
	row.Components = append(row.Components,
		button("Longer", customID(verbLonger, p.Story.ID)),
		button("Not for us", customID(verbNotForUs, p.Delivery.ID)))
	return row
}

func button(text, id string) discordgo.Button {
	return discordgo.Button{Label: text, Style: discordgo.SecondaryButton, CustomID: id}
}

// customID is a component's "verb:arg:arg…".
func customID(verb string, args ...fmt.Stringer) string {
	for _, arg := range args {
		verb += ":" + arg.String()
	}
	return verb
}

// outletName is what an outlet is called: by its feed, or else by its host.
func outletName(f news.Feed, storyURL string) string {
	if name := plain(f.Title); name != "" {
		return name
	}
	for _, u := range []string{f.Site, storyURL, f.URL} {
		if host := hostOf(u); host != "" {
			return plain(host)
		}
	}
	return ""
}

func joinNonEmpty(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}
