package discordsim

import (
	"slices"
	"time"
)

// Interaction types.
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5
)

// Callback types: how a bot may answer an interaction.
const (
	CallbackMessage        = 4
	CallbackDeferMessage   = 5
	CallbackDeferUpdate    = 6
	CallbackUpdateMessage  = 7
	CallbackAutocomplete   = 8
	CallbackModal          = 9
	callbackPong           = 1
	callbackLaunchActivity = 12
)

// interaction is one thing that a person did and the bot has to answer. The
// server's mu guards it.
type interaction struct {
	id, token string
	kind      int
	name      string // the command's full name, or the custom id
	user      *User
	guildID   string
	channelID string
	locale    string
	at        time.Time
	timer     *time.Timer // ends an interaction that nobody answers

	target  *Message     // of a context menu command
	source  *Message     // the message whose component was used
	opened  *interaction // what opened the modal that this submits
	answer  int          // the callback's type; 0 before it
	ackedAt time.Time
	pending bool   // deferred, and nothing has followed yet
	reply   string // id of the message that answers, or that is updated
	gone    bool   // the reply was deleted
	failed  bool   // too late
	edited  bool   // the reply was edited, or followed up
	modal   *Modal
	choices []Choice
	follow  []string // ids of follow-ups
}

// Modal is a form that a bot shows in answer to an interaction.
type Modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []Component `json:"components"`
}

// start makes an interaction, sends it over the gateway and begins to count the
// time. The caller holds mu and has filled in what was done.
func (s *Server) start(in *interaction, data any) {
	in.id = s.ids.next()
	in.token = "aW50ZXJhY3Rpb24" + in.id + randomText()
	in.at = s.now()
	s.forgetOld()
	s.calls[in.id], s.tokens[in.token] = in, in
	in.timer = time.AfterFunc(s.cfg.Limits.AnswerWithin, func() { s.expire(in) })
	s.dispatch(in.guildID, "INTERACTION_CREATE", 0, s.interactionEvent(in, data))
	s.touch()
}

// forgetOld drops interactions whose tokens have long been dead.
func (s *Server) forgetOld() {
	for id, in := range s.calls {
		if s.now().Sub(in.at) > 2*s.cfg.Limits.TokenLife {
			delete(s.calls, id)
			delete(s.tokens, in.token)
		}
	}
}

// expire fails an interaction that has not been answered in time.
func (s *Server) expire(in *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.answer != 0 || in.failed {
		return
	}
	in.failed = true
	s.publishState(in, "failed", "The application did not respond")
}

func (s *Server) publishState(in *interaction, state, message string) {
	data := map[string]any{"id": in.id, "state": state, "channel_id": in.channelID}
	if message != "" {
		data["message"] = message
	}
	s.hub.publish("interaction", data, in.user.ID)
	s.touch()
}

// interactionEvent is what the bot receives.
func (s *Server) interactionEvent(in *interaction, data any) map[string]any {
	g, ch := s.guilds[in.guildID], s.channels[in.channelID]
	perms := s.permissions(ch, in.user.ID).String()
	m := g.members[in.user.ID].wire()
	m.Permissions = &perms
	out := map[string]any{
		"id": in.id, "application_id": s.app.ID, "type": in.kind, "token": in.token, "version": 1,
		"data": data, "guild_id": in.guildID, "channel_id": in.channelID, "member": m,
		"channel":         ch.Channel,
		"guild":           map[string]any{"id": g.ID, "locale": g.Locale, "features": []string{"COMMUNITY"}},
		"app_permissions": s.permissions(ch, s.bot.ID), "locale": in.locale, "guild_locale": g.Locale,
		"entitlements": []any{}, "context": 0, "attachment_size_limit": maxFile,
		"authorizing_integration_owners": map[string]string{"0": in.guildID},
	}
	if in.source != nil {
		out["message"] = in.source.fetched()
	}
	return out
}

// metadata describes the interaction on the messages that answer it.
func (in *interaction) metadata(guildID string) *InteractionMetadata {
	md := &InteractionMetadata{ID: in.id, Type: in.kind, User: *in.user, Owners: map[string]string{"0": guildID}}
	switch {
	case in.kind == interactionComponent:
		md.InteractedMessageID = in.source.ID
	case in.target != nil:
		md.TargetMessageID = in.target.ID
	case in.opened != nil:
		md.Triggering = in.opened.metadata(guildID)
	}
	return md
}

// post adds a message that answers the interaction. The caller holds mu.
func (s *Server) post(in *interaction, d *draft) *Message {
	ch := s.channels[in.channelID]
	m := s.newMessage(ch, s.bot, d)
	m.WebhookID, m.ApplicationID = s.app.ID, s.app.ID
	m.InteractionMetadata = in.metadata(in.guildID)
	switch {
	case in.reply != "": // a follow-up
		m.Type = messageReply
		m.MessageReference = &MessageReference{MessageID: in.reply, ChannelID: ch.ID, GuildID: ch.GuildID}
		m.InteractionMetadata.OriginalResponseMessageID = in.reply
	case in.kind == interactionCommand:
		m.Type = messageChatInput
		if in.target != nil {
			m.Type = messageMenu
		}
		m.Interaction = &MessageInteraction{ID: in.id, Type: in.kind, Name: in.name, User: *in.user}
	case in.source != nil:
		m.Type = messageReply
		m.MessageReference = &MessageReference{MessageID: in.source.ID, ChannelID: ch.ID, GuildID: ch.GuildID}
	}
	if m.Ephemeral() {
		m.VisibleTo = in.user.ID
	}
	return m
}

// allowedCallbacks are the ways in which each kind of interaction may be answered.
func (in *interaction) allowedCallbacks() []int {
	switch {
	case in.kind == interactionCommand:
		return []int{CallbackMessage, CallbackDeferMessage, CallbackModal}
	case in.kind == interactionAutocomplete:
		return []int{CallbackAutocomplete}
	case in.kind == interactionComponent:
		return []int{CallbackMessage, CallbackDeferMessage, CallbackDeferUpdate, CallbackUpdateMessage, CallbackModal}
	case in.source != nil: // a modal that a component opened
		return []int{CallbackMessage, CallbackDeferMessage, CallbackDeferUpdate, CallbackUpdateMessage}
	}
	return []int{CallbackMessage, CallbackDeferMessage}
}

// acknowledge carries out a callback that has been checked. The caller holds mu.
func (s *Server) acknowledge(in *interaction, kind int, d *draft) *apiError {
	ch := s.channels[in.channelID]
	if ch == nil {
		return errUnknown("Channel")
	}
	switch kind {
	case CallbackMessage:
		if d.empty() {
			return errEmptyMessage()
		}
		if err := d.checkAttachments(nil); err != nil {
			return err
		}
		m := s.post(in, d)
		in.reply = m.ID
		s.add(ch, m)
	case CallbackDeferMessage:
		empty := draft{flags: d.flags}
		m := s.post(in, &empty)
		m.Flags |= FlagLoading
		in.reply, in.pending = m.ID, true
		s.add(ch, m)
	case CallbackDeferUpdate:
		in.reply, in.pending = in.source.ID, true
	case CallbackUpdateMessage:
		in.reply = in.source.ID
		m := ch.findAny(in.reply)
		if m == nil {
			return errUnknown("Message")
		}
		if err := s.edit(ch, m, d); err != nil {
			return err
		}
	}
	in.answer, in.ackedAt = kind, s.now()
	in.timer.Stop()
	switch kind {
	case CallbackDeferMessage, CallbackDeferUpdate:
		s.publishState(in, "thinking", "")
	case CallbackModal:
		s.publishState(in, "done", "")
		s.hub.publish("modal", map[string]any{
			"interaction_id": in.id, "title": in.modal.Title, "custom_id": in.modal.CustomID, "components": in.modal.Components,
		}, in.user.ID)
	default:
		s.publishState(in, "done", "")
	}
	return nil
}

// settle notes that something followed a deferral.
func (s *Server) settle(in *interaction) {
	in.edited = true
	if in.pending {
		in.pending = false
		s.publishState(in, "done", "")
	}
	s.touch()
}

// original is the message that answers an interaction. The caller holds mu.
func (s *Server) original(in *interaction) (*channel, *Message, *apiError) {
	ch := s.channels[in.channelID]
	if ch == nil {
		return nil, nil, errUnknown("Channel")
	}
	m := ch.findAny(in.reply)
	if in.reply == "" || m == nil {
		return nil, nil, errUnknown("Message")
	}
	return ch, m, nil
}

// owns reports whether a message is the interaction's reply or one of its
// follow-ups.
func (in *interaction) owns(id string) bool {
	return id == in.reply || slices.Contains(in.follow, id)
}
