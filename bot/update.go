package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// unsentPause is how long an update waits for a post that is still on its way.
const unsentPause = 10 * time.Second

// standing is a message in a channel, and what it should show.
type standing struct {
	kind    string       // what it is, for the log: "delivery" or "notice"
	id      fmt.Stringer // of it
	channel news.ChannelID
	at      news.MessageID
	message *discordgo.MessageSend
}

// show edits a message, which shows what is given now or something unknown where
// that is nil, until it shows what load tells, or reports that there is nothing to
// be shown in. A load that returns nil has nothing to be shown. Errors are those of
// Deliver.
func (b *Bot) show(ctx context.Context, shown *discordgo.MessageSend, load func() (*standing, error)) (gone bool, err error) {
	for {
		s, err := load()
		if s == nil || err != nil {
			return false, err
		}
		if reflect.DeepEqual(s.message, shown) {
			return false, nil
		}
		if gone, err := b.edit(ctx, s); gone || err != nil {
			return gone, err
		}
		// Another edit of the message may have read more and come before this one:
		// look again, lest what it showed is lost.
		shown = s.message
	}
}

// edit shows a message as it should be, or reports that there is nothing to be
// shown in.
func (b *Bot) edit(ctx context.Context, s *standing) (gone bool, err error) {
	err = b.rest.editMessage(ctx, s.channel, s.at, s.message)
	if hasCode(err, codeInvalidForm) {
		b.log.Warn("Discord refuses the form of an edit", s.kind, s.id, "error", err, "detail", detail(err))
		err = b.rest.editMessage(ctx, s.channel, s.at, plainer(s.message))
	}
	var limited *rateLimited
	switch {
	case errors.As(err, &limited):
		return false, &news.SnoozeError{After: limited.After, Err: err}
	case hasCode(err, codeUnknownMessage, codeUnknownChannel, codeUnknownGuild, codeMissingAccess, codeMissingPermissions, codeInvalidForm):
		// Somebody deleted it, or the channel is closed to us, of which the next
		// message to it will tell.
		b.log.Info("a message cannot be updated", s.kind, s.id, "error", err, "detail", detail(err))
		return true, nil
	case err != nil:
		return false, fmt.Errorf("update %s %v: %w", s.kind, s.id, err)
	}
	return false, nil
}

// editMessage puts another embed and other buttons into a message of our own.
func (r *rest) editMessage(ctx context.Context, channel news.ChannelID, id news.MessageID, m *discordgo.MessageSend) error {
	in := struct {
		Embeds          []*discordgo.MessageEmbed         `json:"embeds"`
		Components      []discordgo.MessageComponent      `json:"components"`
		AllowedMentions *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	}{m.Embeds, m.Components, noMentions()}
	return r.do(ctx, http.MethodPatch, discordgo.EndpointChannelMessage(channel.String(), id.String()), in, nil)
}
