package discordsim

import (
	"slices"
	"strconv"
	"time"
)

// messageRoutes are the endpoints about a channel's messages.
func (s *Server) messageRoutes() []route {
	create := func(l *Limits) Rate { return l.MessageCreate }
	edit := func(l *Limits) Rate { return l.MessageEdit }
	remove := func(l *Limits) Rate { return l.MessageDelete }
	crosspost := func(l *Limits) Rate { return l.Crosspost }
	return []route{
		{pattern: "GET /channels/{channel}/messages", do: s.getMessages, major: "channel"},
		{pattern: "GET /channels/{channel}/messages/{message}", do: s.getMessage, major: "channel"},
		{pattern: "POST /channels/{channel}/messages", do: s.createMessage, major: "channel", limit: create},
		{pattern: "PATCH /channels/{channel}/messages/{message}", do: s.editMessage, major: "channel", limit: edit},
		{pattern: "DELETE /channels/{channel}/messages/{message}", do: s.deleteMessage, major: "channel", limit: remove},
		{pattern: "POST /channels/{channel}/messages/{message}/crosspost", do: s.crosspostMessage, major: "channel", limit: crosspost},
	}
}

// message is the message that a path names. Ephemeral ones cannot be reached by
// channel. The caller holds mu.
func (c *call) message() (*channel, *Message, *apiError) {
	ch, err := c.channel()
	if err != nil {
		return nil, nil, err
	}
	id := c.PathValue("message")
	if !isSnowflake(id) {
		return nil, nil, badPath("message_id", id)
	}
	m := ch.find(id)
	if m == nil {
		return nil, nil, errUnknown("Message")
	}
	return ch, m, nil
}

// draft reads the body's message and checks it.
func (c *call) draft() (draft, *apiError) {
	f, err := c.form()
	if err != nil {
		return draft{}, err
	}
	d := readDraft(f.top(), c.files)
	return d, f.err()
}

func (s *Server) createMessage(c *call) (any, *apiError) {
	d, bad := c.draft()
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	p := s.permissions(ch, s.bot.ID)
	switch {
	case !holdsMessages(ch):
		return nil, errChannelType()
	case !p.Has(SendMessages):
		return nil, errMissingPermissions()
	case bad != nil:
		return nil, bad
	case d.empty():
		return nil, errEmptyMessage()
	case d.embeds != nil && len(*d.embeds) > 0 && !p.Has(EmbedLinks):
		return nil, errMissingPermissions()
	case len(d.files) > 0 && !p.Has(AttachFiles):
		return nil, errMissingPermissions()
	}
	if err := d.checkAttachments(nil); err != nil {
		return nil, err
	}
	if d.flags != nil && *d.flags&FlagEphemeral != 0 {
		*d.flags &^= FlagEphemeral // for answers to interactions only
	}
	if err := s.checkReference(ch, &d, p); err != nil {
		return nil, err
	}
	if d.enforceNonce && d.nonceKey != "" {
		if m := ch.byNonce(d.nonceKey, s.now(), s.cfg.Limits.NonceWindow); m != nil {
			return m.clone(), nil
		}
	}
	m := s.newMessage(ch, s.bot, &d)
	if m.Nonce = d.nonce; d.nonceKey != "" {
		ch.remember(d.nonceKey, nonce{m.ID, s.now()}, s.cfg.Limits.NonceWindow)
	}
	if d.reference != nil {
		m.Type, m.MessageReference = messageReply, d.reference
	}
	s.add(ch, m)
	return m.clone(), nil
}

// checkReference checks the message that a reply answers.
func (s *Server) checkReference(ch *channel, d *draft, p Permissions) *apiError {
	if d.reference == nil {
		return nil
	}
	if ch.find(d.reference.MessageID) == nil {
		if !d.mustExist {
			d.reference = nil
			return nil
		}
		f := &form{}
		field{form: f, path: []string{"message_reference"}}.fail("MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
		return f.err()
	}
	if !p.Has(ReadMessageHistory) {
		f := &form{}
		field{form: f, path: []string{"message_reference"}}.fail("REPLIES_REQUIRE_READ_MESSAGE_HISTORY", "Cannot reply without permission to read message history")
		return f.err()
	}
	d.reference.ChannelID, d.reference.GuildID = ch.ID, ch.GuildID
	return nil
}

// remember notes a nonce and forgets those that have had their time.
func (ch *channel) remember(key string, n nonce, window time.Duration) {
	if len(ch.nonces) > 1000 {
		for k, old := range ch.nonces {
			if n.at.Sub(old.at) >= window {
				delete(ch.nonces, k)
			}
		}
	}
	ch.nonces[key] = n
}

func (s *Server) getMessages(c *call) (any, *apiError) {
	q := c.URL.Query()
	f := &form{}
	limit := 50
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		at := field{form: f, path: []string{"limit"}}
		switch {
		case err != nil:
			at.fail("NUMBER_TYPE_COERCE", "Value %q is not int.", v)
		case n < 1:
			at.fail("NUMBER_TYPE_MIN", "int value should be greater than or equal to 1.")
		case n > 100:
			at.fail("NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
		}
		limit = n
	}
	for _, name := range []string{"before", "after", "around"} {
		if v := q.Get(name); v != "" && !isSnowflake(v) {
			field{form: f, path: []string{name}}.fail("NUMBER_TYPE_COERCE", "Value %q is not snowflake.", v)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	if !holdsMessages(ch) {
		return nil, errChannelType()
	}
	out := []Message{}
	if !s.permissions(ch, s.bot.ID).Has(ReadMessageHistory) {
		return out, nil
	}
	for _, m := range ch.page(limit, q.Get("before"), q.Get("after"), q.Get("around"), "") {
		out = append(out, s.readableOverHTTP(m))
	}
	return out, nil
}

// page selects messages, newest first: those before or after one, around one, or
// the newest. Ephemeral messages are only for the viewer, "" being nobody.
func (ch *channel) page(limit int, before, after, around, viewer string) []*Message {
	var list []*Message
	for _, m := range ch.messages {
		if !m.Ephemeral() || m.VisibleTo == viewer {
			list = append(list, m)
		}
	}
	at := func(id string) int {
		i, found := slices.BinarySearchFunc(list, id, func(m *Message, id string) int { return compareIDs(m.ID, id) })
		if found && after != "" {
			i++
		}
		return i
	}
	lo, hi := max(len(list)-limit, 0), len(list)
	switch {
	case around != "":
		lo = max(at(around)-limit/2, 0)
		hi = min(lo+limit, len(list))
	case after != "":
		lo = at(after)
		hi = min(lo+limit, len(list))
	case before != "":
		hi = at(before)
		lo = max(hi-limit, 0)
	}
	out := slices.Clone(list[lo:hi])
	slices.Reverse(out)
	return out
}

func (s *Server) getMessage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m, err := c.message()
	if err != nil {
		return nil, err
	}
	if !s.permissions(ch, s.bot.ID).Has(ReadMessageHistory) {
		return nil, errMissingAccess()
	}
	return s.readableOverHTTP(m), nil
}

func (s *Server) editMessage(c *call) (any, *apiError) {
	d, bad := c.draft()
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m, err := c.message()
	switch {
	case err != nil:
		return nil, err
	case m.Author.ID != s.bot.ID:
		return nil, errNotAuthor()
	case bad != nil:
		return nil, bad
	case d.embeds != nil && len(*d.embeds) > 0 && !s.permissions(ch, s.bot.ID).Has(EmbedLinks):
		return nil, errMissingPermissions()
	case len(d.files) > 0 && !s.permissions(ch, s.bot.ID).Has(AttachFiles):
		return nil, errMissingPermissions()
	}
	if err := s.edit(ch, m, &d); err != nil {
		return nil, err
	}
	return m.fetched(), nil
}

func (s *Server) deleteMessage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m, err := c.message()
	if err != nil {
		return nil, err
	}
	if m.Author.ID != s.bot.ID && !s.permissions(ch, s.bot.ID).Has(ManageMessages) {
		return nil, errMissingPermissions()
	}
	s.remove(ch, m)
	return nil, nil
}

func (s *Server) crosspostMessage(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, m, err := c.message()
	if err != nil {
		return nil, err
	}
	need := SendMessages
	if m.Author.ID != s.bot.ID {
		need = ManageMessages
	}
	switch {
	case ch.Type != ChannelAnnouncement:
		return nil, errChannelType()
	case !s.permissions(ch, s.bot.ID).Has(need):
		return nil, errMissingPermissions()
	case m.Flags&FlagCrossposted != 0:
		return nil, errCrossposted()
	}
	m.Flags |= FlagCrossposted
	s.tell("MESSAGE_UPDATE", "message_update", m)
	return m.fetched(), nil
}
