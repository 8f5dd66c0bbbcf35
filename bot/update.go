package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// unsentPause is how long an update waits for a post that is still on its way.
const unsentPause = 10 * time.Second

// Update shows in a delivery's post what has become known of its event since,
// such as one more outlet that tells of it. It mentions nobody again. Its errors
// are those of Deliver; a post that is not there, or that somebody deleted, needs
// no update.
func (b *Bot) Update(ctx context.Context, id news.DeliveryID) error {
	for shown := -1; ; {
		post, err := b.cfg.Store.Post(ctx, id)
		switch {
		case errors.Is(err, news.ErrNotFound):
			return nil
		case err != nil:
			return fmt.Errorf("load delivery %v: %w", id, err)
		case post.Delivery.State == news.DeliveryPending:
			return &news.SnoozeError{After: unsentPause, Err: fmt.Errorf("delivery %v is not sent yet", id)}
		case post.Delivery.State == news.DeliveryFailed, len(post.Also) == shown:
			return nil
		}
		if gone, err := b.edit(ctx, post); gone || err != nil {
			return err
		}
		// Another update of the post may have read more and edited before us: look
		// again, lest the outlet that it named is gone.
		shown = len(post.Also)
	}
}

// edit shows a post as it is now, or reports that there is nothing to be shown in.
func (b *Bot) edit(ctx context.Context, post news.Post) (gone bool, err error) {
	id := post.Delivery.ID
	err = b.rest.editMessage(ctx, post.Delivery.Channel, post.Delivery.Message, renderPost(post))
	var limited *rateLimited
	switch {
	case errors.As(err, &limited):
		return false, &news.SnoozeError{After: limited.After, Err: err}
	case hasCode(err, codeUnknownMessage, codeUnknownChannel, codeUnknownGuild, codeMissingAccess, codeMissingPermissions, codeInvalidForm):
		// What stands in the channel stays true; the next delivery will tell of a
		// channel that is closed to us.
		b.log.Info("a post cannot be updated", "delivery", id, "error", err, "detail", detail(err))
		return true, nil
	case err != nil:
		return false, fmt.Errorf("update delivery %v: %w", id, err)
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
