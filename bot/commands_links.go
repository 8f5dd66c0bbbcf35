package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// menuLinks is the command of a message's menu, as a person reads it there.
const menuLinks = "Summarise links"

// summarizeLinks answers it.
func (b *Bot) summarizeLinks(ctx context.Context, r *request) (response, error) {
	links := messageLinks(r.Message)
	if len(links) == 0 {
		return response{}, news.Userf("There is no link in that message. Choose a message with the address of an article, or give one to `/summarize`.")
	}
	text := ""
	if len(links) > maxLinks {
		text = fmt.Sprintf("The message has %d links. I read the first %d.", len(links), maxLinks)
		links = links[:maxLinks]
	}
	if err := b.afford(r, len(links)); err != nil {
		return response{}, err
	}
	shown, unread := b.readLinks(ctx, r.Guild, links, lengthShort)
	return linksAnswer(joinNonEmpty("\n", text, unread), shown, lengthShort), nil
}

// resizeLinks answers the buttons under it, which show the same articles at another
// length.
func (b *Bot) resizeLinks(ctx context.Context, r *request) (response, error) {
	links := linkedArticles(r.Message)
	if len(links) == 0 {
		return response{}, news.Userf("I no longer know which articles those were. Use *%s* on the message again.", menuLinks)
	}
	if err := b.afford(r, len(links)); err != nil {
		return response{}, err
	}
	l := readLength(r.arg(0))
	shown, unread := b.readLinks(ctx, r.Guild, links, l)
	if len(shown) == 0 {
		return response{}, &news.UserError{Text: unread} // what was shown before stays
	}
	// The text is ours: it says what could not be read before.
	return linksAnswer(joinNonEmpty("\n", r.Message.Content, unread), shown, l), nil
}

func linksAnswer(text string, shown []*discordgo.MessageEmbed, l length) response {
	resp := response{Text: text, Embeds: shown}
	var row discordgo.ActionsRow
	add := func(label string, to length) {
		row.Components = append(row.Components, button(label, customID(verbLinks, to)))
	}
	switch l {
	case lengthLine:
		add("Longer", lengthShort)
	case lengthLong:
		add("Shorter", lengthShort)
		add("One line", lengthLine)
	default:
		add("Longer", lengthLong)
		add("One line", lengthLine)
	}
	for _, e := range shown {
		if e.URL != "" {
			resp.Rows = []discordgo.MessageComponent{row}
		}
	}
	return resp
}

// readLinks condenses the articles at some addresses, all at a time: the slowest
// says how long the answer takes. Of what cannot be read it tells why, a line each.
func (b *Bot) readLinks(ctx context.Context, guild news.GuildID, links []string, l length) (shown []*discordgo.MessageEmbed, unread string) {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timing.Handler/2) // leaves time to show those that were read
	defer cancel()
	read := make([]*discordgo.MessageEmbed, len(links))
	errs := make([]error, len(links))
	var wg sync.WaitGroup
	for i, link := range links {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = panicError(p)
				}
			}()
			read[i], errs[i] = b.articleSummary(ctx, guild, link, l)
		})
	}
	wg.Wait()
	var lines []string
	for i, e := range read {
		if errs[i] != nil {
			lines = append(lines, b.notRead(links[i], errs[i]))
			continue
		}
		shown = append(shown, e)
	}
	return shown, strings.Join(lines, "\n")
}

// notRead says why an address could not be read, at most 460 wide.
func (b *Bot) notRead(address string, err error) string {
	const most, reasonWidth = 120, 330
	reason := "That took too long. Try again later."
	if !errors.Is(err, context.DeadlineExceeded) {
		reason = b.router.failure(b.log.With("request", menuLinks), err).Text
	}
	return code(address, most) + " — " + truncate(reason, reasonWidth, runeWidth)
}
