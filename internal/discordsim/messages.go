package discordsim

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// nonce remembers which message a nonce made, for enforce_nonce.
type nonce struct {
	message string
	at      time.Time
}

// find returns a message of the channel that is no ephemeral one.
func (ch *channel) find(id string) *Message {
	if m := ch.findAny(id); m != nil && !m.Ephemeral() {
		return m
	}
	return nil
}

func (ch *channel) findAny(id string) *Message {
	i, ok := slices.BinarySearchFunc(ch.messages, id, func(m *Message, id string) int { return compareIDs(m.ID, id) })
	if !ok {
		return nil
	}
	return ch.messages[i]
}

// byNonce returns the message that the nonce made within the window.
func (ch *channel) byNonce(key string, now time.Time, window time.Duration) *Message {
	n, ok := ch.nonces[key]
	if !ok || now.Sub(n.at) >= window {
		return nil
	}
	return ch.find(n.message)
}

// newMessage makes a message of a draft, without adding it to the channel.
func (s *Server) newMessage(ch *channel, author *User, d *draft) *Message {
	m := &Message{
		ID: s.ids.next(), ChannelID: ch.ID, GuildID: ch.GuildID, Author: *author, Timestamp: Timestamp{s.now()},
		TTS: d.tts, Mentions: []User{}, MentionRoles: []string{}, Attachments: []Attachment{}, Embeds: []Embed{}, Components: []Component{},
	}
	if d.flags != nil {
		m.Flags = *d.flags & (FlagSuppressEmbeds | FlagSilent | FlagEphemeral | FlagComponentsV2)
	}
	s.apply(ch, m, d)
	return m
}

// apply writes what a draft says into a message, and leaves the rest.
func (s *Server) apply(ch *channel, m *Message, d *draft) {
	if d.content != nil {
		m.Content, m.ContentSent = *d.content, d.raw
	}
	if d.embeds != nil {
		m.Embeds = *d.embeds
	}
	if d.components != nil {
		m.Components = *d.components
	}
	if d.mentions != nil {
		m.AllowedMentions = d.mentions
	}
	if d.flags != nil {
		const editable = FlagSuppressEmbeds | FlagComponentsV2
		m.Flags = m.Flags&^FlagSuppressEmbeds | *d.flags&editable
	}
	m.Attachments = s.attachmentsAfter(ch, m.Attachments, d)
	s.mention(ch, m)
}

// showsNothing reports whether a message would be empty.
func (m *Message) showsNothing() bool {
	return m.Content == "" && len(m.Embeds) == 0 && len(m.Components) == 0 && len(m.Attachments) == 0
}

var mentionPattern = regexp.MustCompile(`<@(&?)!?(\d{1,20})>|@everyone|@here`)

// mention works out whom a message pings, from its text, what it allows and what
// the bot may do.
func (s *Server) mention(ch *channel, m *Message) {
	m.Mentions, m.MentionRoles, m.MentionEveryone = []User{}, []string{}, false
	allowed := func(kind, id string) bool {
		a := m.AllowedMentions
		switch {
		case a == nil || slices.Contains(a.Parse, kind):
			return true
		case kind == "roles":
			return slices.Contains(a.Roles, id)
		case kind == "users":
			return slices.Contains(a.Users, id)
		}
		return false
	}
	everyone := s.permissions(ch, m.Author.ID).Has(MentionEveryone)
	for _, match := range mentionPattern.FindAllStringSubmatch(m.Content, -1) {
		id := match[2]
		switch {
		case id == "":
			m.MentionEveryone = m.MentionEveryone || (everyone && allowed("everyone", ""))
		case match[1] == "&":
			r := s.guilds[ch.GuildID].roles[id]
			if r != nil && (r.Mentionable || everyone) && allowed("roles", id) && !slices.Contains(m.MentionRoles, id) {
				m.MentionRoles = append(m.MentionRoles, id)
			}
		default:
			known := slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == id })
			if u := s.users[id]; u != nil && allowed("users", id) && !known {
				m.Mentions = append(m.Mentions, *u)
			}
		}
	}
}

// add puts a new message into its channel and tells everyone who may see it.
func (s *Server) add(ch *channel, m *Message) {
	if keep := s.cfg.KeepMessages; len(ch.messages) >= keep {
		ch.messages = slices.Clone(ch.messages[keep/10+1:])
	}
	ch.messages = append(ch.messages, m)
	if !m.Ephemeral() {
		ch.LastMessageID = &m.ID
	}
	s.tell("MESSAGE_CREATE", "message_create", m)
}

// tell announces a message to the gateway and to the page.
func (s *Server) tell(name, clientName string, m *Message) {
	ch := s.channels[m.ChannelID]
	if ch == nil {
		return
	}
	if !m.Ephemeral() && s.visible(ch) {
		s.dispatchTo(ch.GuildID, name, intentGuildMessages, func(ses *session) any {
			return s.messageEvent(s.readable(m, ses.intents&intentContent != 0))
		})
	}
	s.revision++
	m.revision = s.revision
	s.hub.publish(clientName, m, m.VisibleTo)
	s.touch()
}

// messageEvent is a message as the gateway sends it: with its guild and the
// author's membership.
func (s *Server) messageEvent(m *Message) any {
	type wire Message
	out := struct {
		wire
		GuildID string  `json:"guild_id,omitempty"`
		Member  *Member `json:"member,omitempty"`
	}{wire: wire(*m), GuildID: m.GuildID}
	if g := s.guilds[m.GuildID]; g != nil && g.members[m.Author.ID] != nil {
		member := g.members[m.Author.ID].wire()
		member.User = nil
		out.Member = &member
	}
	return out
}

// edit applies a draft to a message that exists.
func (s *Server) edit(ch *channel, m *Message, d *draft) *apiError {
	if m.Flags&FlagComponentsV2 != 0 {
		f := &form{}
		top := field{form: f}
		if d.flags != nil && *d.flags&FlagComponentsV2 == 0 {
			top.at("flags").fail("MESSAGE_FLAGS_COMPONENTS_V2_CANNOT_BE_REMOVED", "The IS_COMPONENTS_V2 flag cannot be removed")
		}
		if (d.content != nil && *d.content != "") || (d.embeds != nil && len(*d.embeds) > 0) {
			top.fail("MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "Legacy fields cannot be used with components v2")
		}
		if err := f.err(); err != nil {
			return err
		}
	}
	if err := d.checkAttachments(m.Attachments); err != nil {
		return err
	}
	next := *m
	s.apply(ch, &next, d)
	if next.showsNothing() {
		return errEmptyMessage()
	}
	if m.Flags&FlagLoading == 0 { // what completes a deferral does not count as an edit
		next.EditedTimestamp = &Timestamp{s.now()}
		next.Edits++
	}
	next.Flags &^= FlagLoading
	*m = next
	s.tell("MESSAGE_UPDATE", "message_update", m)
	return nil
}

// remove deletes a message.
func (s *Server) remove(ch *channel, m *Message) {
	ch.messages = slices.DeleteFunc(ch.messages, func(x *Message) bool { return x == m })
	if !m.Ephemeral() && s.visible(ch) {
		s.dispatch(ch.GuildID, "MESSAGE_DELETE", intentGuildMessages, map[string]any{"id": m.ID, "channel_id": ch.ID, "guild_id": ch.GuildID})
	}
	s.hub.publish("message_delete", map[string]any{"id": m.ID, "channel_id": ch.ID}, m.VisibleTo)
	s.touch()
}

// clone is a copy that a caller may keep while the original changes.
func (m *Message) clone() Message {
	out := *m
	out.Nonce = slices.Clone(m.Nonce)
	return out // slices within are replaced on an edit, never written to
}

// fetched is a message as it is returned later: without the nonce, which Discord
// gives back once only.
func (m *Message) fetched() Message {
	out := m.clone()
	out.Nonce = nil
	return out
}

// readable is a message as the bot may read it. Without the intent for it, the bot
// gets no content of messages that it neither wrote nor is mentioned in:
// https://discord.com/developers/docs/events/gateway#message-content-intent.
func (s *Server) readable(m *Message, withContent bool) *Message {
	mentioned := slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == s.bot.ID })
	if withContent || m.Author.ID == s.bot.ID || mentioned {
		return m
	}
	out := *m
	out.Content, out.Embeds, out.Attachments, out.Components = "", []Embed{}, []Attachment{}, []Component{}
	return &out
}

// readableOverHTTP is a message as the REST API returns it, where what the
// application may ask for counts rather than what a session asked for.
func (s *Server) readableOverHTTP(m *Message) Message {
	return s.readable(m, s.cfg.PrivilegedIntents&intentContent != 0).fetched()
}

// Say posts a message as a person, with files or without.
func (s *Server) Say(channelID, userID, content string, files ...File) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, u := s.channels[channelID], s.users[userID]
	if ch == nil || u == nil {
		return Message{}, errUnknown("Channel")
	}
	p := s.permissions(ch, userID)
	if !holdsMessages(ch) || !p.Has(ViewChannel|SendMessages) || (len(files) > 0 && !p.Has(AttachFiles)) {
		return Message{}, refused("%s may not write in #%s", u.DisplayName(), ch.Name)
	}
	d := draft{raw: content, content: new(strings.TrimSpace(content))}
	for i, f := range files {
		if len(f.Data) > maxFile {
			return Message{}, refused("%s is larger than 10 MB", f.Name)
		}
		d.files = append(d.files, upload{f, i})
	}
	switch n := utf8.RuneCountInString(*d.content); {
	case d.empty():
		return Message{}, refused("a message needs words or a file")
	case n > maxContent:
		return Message{}, refused("the message has %d characters, and Discord takes %d", n, maxContent)
	case len(files) > maxFiles:
		return Message{}, refused("a message has at most %d files", maxFiles)
	}
	m := s.newMessage(ch, u, &d)
	s.add(ch, m)
	return m.clone(), nil
}

// DeleteMessage deletes a message, as a moderator would.
func (s *Server) DeleteMessage(channelID, messageID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channelID]
	if ch == nil {
		return errUnknown("Channel")
	}
	m := ch.findAny(messageID)
	if m == nil {
		return errUnknown("Message")
	}
	s.remove(ch, m)
	return nil
}
