package discordsim

import (
	"crypto/rand"
	"slices"
)

func randomText() string { return rand.Text() }

// interactionRoutes are the endpoints that answer interactions. The token in the
// path is the authorisation.
func (s *Server) interactionRoutes() []route {
	hook := func(l *Limits) Rate { return l.Webhook }
	const base = "/webhooks/{app}/{token}"
	return []route{
		{pattern: "POST /interactions/{id}/{token}/callback", do: s.callback, major: "token", noAuth: true, exempt: true},
		{pattern: "POST " + base, do: s.followUp, major: "token", noAuth: true, exempt: true, limit: hook},
		{pattern: "GET " + base + "/messages/{message}", do: s.getReply, major: "token", noAuth: true, exempt: true},
		{pattern: "PATCH " + base + "/messages/{message}", do: s.editReply, major: "token", noAuth: true, exempt: true, limit: hook},
		{pattern: "DELETE " + base + "/messages/{message}", do: s.deleteReply, major: "token", noAuth: true, exempt: true, limit: hook},
	}
}

func (s *Server) callback(c *call) (any, *apiError) {
	f, bad := c.form()
	if bad != nil {
		return nil, bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.calls[c.PathValue("id")]
	switch {
	case in == nil || in.token != c.PathValue("token"):
		return nil, errUnknown("Interaction")
	case in.answer != 0:
		return nil, errAcknowledged()
	case in.failed || s.now().Sub(in.at) > s.cfg.Limits.AnswerWithin:
		return nil, errUnknown("Interaction")
	}
	top := f.top()
	if !top.object() {
		return nil, f.err()
	}
	kind := top.at("type").oneOf(in.allowedCallbacks()...)
	data := top.at("data")
	var d draft
	switch kind {
	case CallbackMessage, CallbackUpdateMessage:
		if data.required() {
			d = readDraft(data, c.files)
		}
	case CallbackDeferMessage:
		if data.given() && data.object() {
			d.flags = data.at("flags").pointer(0, 1<<31-1)
		}
	case CallbackAutocomplete:
		if data.required() && data.object() {
			in.choices = readResults(data.at("choices"))
		}
	case CallbackModal:
		if data.required() && data.object() {
			in.modal = readModal(data)
		}
	}
	if err := f.err(); err != nil {
		in.choices, in.modal = nil, nil
		return nil, err
	}
	if err := s.acknowledge(in, kind, &d); err != nil {
		return nil, err
	}
	if c.URL.Query().Get("with_response") != "true" {
		return nil, nil
	}
	return s.callbackWire(in), nil
}

// callbackWire is the answer to a callback that asked for one.
func (s *Server) callbackWire(in *interaction) map[string]any {
	info := map[string]any{"id": in.id, "type": in.kind, "channel_id": in.channelID, "guild_id": in.guildID}
	out := map[string]any{"interaction": info}
	if _, m, err := s.original(in); err == nil {
		info["response_message_id"] = m.ID
		info["response_message_loading"] = in.pending
		info["response_message_ephemeral"] = m.Ephemeral()
		out["resource"] = map[string]any{"type": in.answer, "message": m.fetched()}
	}
	return out
}

// readResults reads the choices that autocomplete offers: at most 25.
func readResults(v field) []Choice {
	out := []Choice{}
	for _, f := range v.list(maxChoices) {
		if !f.object() {
			continue
		}
		c := Choice{Name: f.at("name").needText(1, 100)}
		if value := f.at("value"); value.required() {
			if text, ok := value.value.(string); ok {
				c.Value = value.needText(1, 100)
				_ = text
			} else {
				c.Value = value.value
			}
		}
		out = append(out, c)
	}
	return out
}

func readModal(v field) *Modal {
	m := &Modal{CustomID: v.at("custom_id").needText(1, 100), Title: v.at("title").needText(1, 45)}
	if !v.at("components").required() {
		return m
	}
	r := &componentReader{seen: map[string]bool{}, ids: map[int]bool{}, inModal: true}
	m.Components = r.top(v.at("components"))
	if v.form.faults == nil && len(m.Components) == 0 {
		v.at("components").fail("BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	return m
}

// interaction is the answered interaction that a webhook path names. The caller
// holds mu.
func (c *call) interaction() (*interaction, *apiError) {
	in := c.s.tokens[c.PathValue("token")]
	switch {
	case in == nil || c.PathValue("app") != c.s.app.ID:
		return nil, errUnknown("Webhook")
	case in.answer == 0: // the token works from the first answer on
		return nil, errUnknown("Webhook")
	case c.s.now().Sub(in.at) > c.s.cfg.Limits.TokenLife:
		return nil, errWebhookToken()
	}
	return in, nil
}

func (s *Server) followUp(c *call) (any, *apiError) {
	d, bad := c.draft()
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := c.interaction()
	switch {
	case err != nil:
		return nil, err
	case bad != nil:
		return nil, bad
	case d.empty():
		return nil, errEmptyMessage()
	}
	ch := s.channels[in.channelID]
	if ch == nil {
		return nil, errUnknown("Channel")
	}
	if err := d.checkAttachments(nil); err != nil {
		return nil, err
	}
	if in.pending && in.answer == CallbackDeferMessage {
		// The first message after a deferral takes its place, as seen by those who
		// saw the deferral.
		return s.fill(in, &d)
	}
	m := s.post(in, &d)
	in.follow = append(in.follow, m.ID)
	s.add(ch, m)
	s.settle(in)
	return m.fetched(), nil
}

// fill edits the interaction's reply.
func (s *Server) fill(in *interaction, d *draft) (any, *apiError) {
	ch, m, err := s.original(in)
	if err != nil {
		return nil, err
	}
	if err := s.edit(ch, m, d); err != nil {
		return nil, err
	}
	s.settle(in)
	return m.fetched(), nil
}

// reply is the message that a webhook path names, which must be the interaction's
// own. The caller holds mu.
func (c *call) reply() (*interaction, *channel, *Message, *apiError) {
	in, err := c.interaction()
	if err != nil {
		return nil, nil, nil, err
	}
	id := c.PathValue("message")
	if id == "@original" {
		ch, m, err := c.s.original(in)
		return in, ch, m, err
	}
	if !isSnowflake(id) {
		return nil, nil, nil, badPath("message_id", id)
	}
	ch := c.s.channels[in.channelID]
	if ch == nil || !in.owns(id) || ch.findAny(id) == nil {
		return nil, nil, nil, errUnknown("Message")
	}
	return in, ch, ch.findAny(id), nil
}

func (s *Server) getReply(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _, m, err := c.reply()
	if err != nil {
		return nil, err
	}
	return m.fetched(), nil
}

func (s *Server) editReply(c *call) (any, *apiError) {
	d, bad := c.draft()
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ch, m, err := c.reply()
	switch {
	case err != nil:
		return nil, err
	case bad != nil:
		return nil, bad
	}
	if m.ID == in.reply {
		return s.fill(in, &d)
	}
	if err := s.edit(ch, m, &d); err != nil {
		return nil, err
	}
	return m.fetched(), nil
}

func (s *Server) deleteReply(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, ch, m, err := c.reply()
	if err != nil {
		return nil, err
	}
	s.remove(ch, m)
	in.follow = slices.DeleteFunc(in.follow, func(id string) bool { return id == m.ID })
	if m.ID == in.reply {
		in.gone = true
		s.settle(in)
	}
	return nil, nil
}
