package discordsim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Gateway intents, https://discord.com/developers/docs/topics/gateway#gateway-intents.
const (
	intentGuilds        = 1 << 0
	intentMembers       = 1 << 1
	intentPresences     = 1 << 8
	intentGuildMessages = 1 << 9
	intentContent       = 1 << 15

	privilegedIntents = intentMembers | intentPresences | intentContent
	allIntents        = 1<<26 - 1
)

const (
	// keepEvents bounds how many missed events a session can replay.
	keepEvents = 1000
	// keepSession is how long a session without a connection can be resumed.
	keepSession = 5 * time.Minute
)

// session is what a bot identified for. It outlives its connection, so that the
// bot can resume. Server.mu guards it.
type session struct {
	id      string
	token   string
	intents int
	shard   [2]int
	seq     int
	log     []event // the last events, for replay
	conn    *gatewayConn
	left    time.Time // when the connection went
}

// has reports whether the session's shard has a guild:
// https://discord.com/developers/docs/topics/gateway#sharding.
func (ses *session) has(guildID string) bool {
	n, err := strconv.ParseUint(guildID, 10, 64)
	return err == nil && (n>>22)%uint64(ses.shard[1]) == uint64(ses.shard[0])
}

type event struct {
	seq   int
	frame []byte
}

// identify starts a session. The caller holds the server's mu.
func (c *gatewayConn) identify(data []byte) error {
	var d struct {
		Token      string            `json:"token"`
		Properties map[string]string `json:"properties"`
		Compress   bool              `json:"compress"`
		Shard      *[2]int           `json:"shard"`
		Intents    *int              `json:"intents"`
	}
	if c.session != nil {
		return &closeError{closeAlreadyAuthed, "Already authenticated."}
	}
	if json.Unmarshal(data, &d) != nil || d.Intents == nil || d.Properties == nil {
		return &closeError{closeDecode, "Error while decoding payload."}
	}
	shard := [2]int{0, 1}
	if d.Shard != nil {
		shard = *d.Shard
	}
	s := c.s
	switch {
	case !s.tokenOK(d.Token):
		return &closeError{closeAuthFailed, "Authentication failed."}
	case shard[1] < 1 || shard[0] < 0 || shard[0] >= shard[1]:
		return &closeError{closeInvalidShard, "Invalid shard."}
	case *d.Intents < 0 || *d.Intents > allIntents:
		return &closeError{closeBadIntents, "Invalid intent(s)."}
	case *d.Intents&privilegedIntents&^s.cfg.PrivilegedIntents != 0:
		return &closeError{closeNoIntents, "Disallowed intent(s)."}
	}
	ses := &session{id: "session-" + s.ids.next(), token: d.Token, intents: *d.Intents, shard: shard, conn: c}
	s.sessions[ses.id] = ses
	c.session = ses
	c.mu.Lock()
	c.compress = d.Compress
	c.mu.Unlock()
	s.identifies++

	unavailable := []map[string]any{}
	var joined []*guild
	for _, id := range s.order {
		if g := s.guilds[id]; g.members[s.bot.ID] != nil && ses.has(id) {
			unavailable = append(unavailable, map[string]any{"id": id, "unavailable": true})
			joined = append(joined, g)
		}
	}
	me := map[string]any{
		"id": s.bot.ID, "username": s.bot.Username, "discriminator": "0", "global_name": nil, "avatar": nil, "bot": true,
		"verified": true, "mfa_enabled": true, "email": nil, "flags": 0,
	}
	ready := map[string]any{
		"v": 9, "user": me, "guilds": unavailable, "session_id": ses.id, "session_type": "normal",
		"resume_gateway_url": c.base, "shard": shard, "private_channels": []any{}, "relationships": []any{},
		"user_settings": map[string]any{}, "presences": []any{}, "guild_join_requests": []any{},
		"application": map[string]any{"id": s.app.ID, "flags": 0}, "_trace": []string{"discordsim"},
	}
	ses.dispatch("READY", ready)
	if ses.intents&intentGuilds != 0 {
		for _, g := range joined {
			ses.dispatch("GUILD_CREATE", s.guildCreate(g))
		}
	}
	s.hub.publish("bot", map[string]any{"online": true}, "")
	s.touch()
	return nil
}

// resume continues a session: the missed events, then RESUMED. The caller holds the
// server's mu.
func (c *gatewayConn) resume(data []byte) error {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int    `json:"seq"`
	}
	if c.session != nil {
		return &closeError{closeAlreadyAuthed, "Already authenticated."}
	}
	if json.Unmarshal(data, &d) != nil {
		return &closeError{closeDecode, "Error while decoding payload."}
	}
	s := c.s
	if !s.tokenOK(d.Token) {
		return &closeError{closeAuthFailed, "Authentication failed."}
	}
	ses := s.sessions[d.SessionID]
	expired := ses != nil && ses.conn == nil && s.now().Sub(ses.left) > keepSession
	if ses == nil || expired || strings.TrimPrefix(ses.token, "Bot ") != strings.TrimPrefix(d.Token, "Bot ") {
		delete(s.sessions, d.SessionID)
		c.invalidate(false)
		return nil
	}
	if d.Seq > ses.seq {
		return &closeError{closeInvalidSeq, "Invalid seq."}
	}
	if len(ses.log) > 0 && d.Seq < ses.log[0].seq-1 {
		delete(s.sessions, d.SessionID) // more was missed than is kept
		c.invalidate(false)
		return nil
	}
	if old := ses.conn; old != nil {
		old.cancel()
	}
	ses.conn, c.session = c, ses
	for _, e := range ses.log {
		if e.seq > d.Seq {
			c.sendRaw(e.frame)
		}
	}
	s.resumes++
	ses.dispatch("RESUMED", map[string]any{"_trace": []string{"discordsim"}})
	s.hub.publish("bot", map[string]any{"online": true}, "")
	s.touch()
	return nil
}

func (c *gatewayConn) invalidate(resumable bool) {
	c.send(map[string]any{"op": opInvalidSession, "s": nil, "t": nil, "d": resumable})
}

// dispatch numbers an event, keeps it for replay and sends it where a connection is.
func (ses *session) dispatch(name string, data any) {
	ses.seq++
	frame, err := json.Marshal(map[string]any{"op": opDispatch, "t": name, "s": ses.seq, "d": data})
	if err != nil {
		panic("discordsim: encoding " + name + ": " + err.Error()) // our own types
	}
	ses.log = append(ses.log, event{ses.seq, frame})
	if len(ses.log) > keepEvents {
		ses.log = append([]event(nil), ses.log[len(ses.log)-keepEvents:]...)
	}
	if ses.conn != nil {
		ses.conn.sendRaw(frame)
	}
}

// dispatch sends a guild's event to every session that asked for its intent and
// whose shard has the guild; intent 0 is sent whatever was asked for. The caller
// holds mu.
func (s *Server) dispatch(guildID, name string, intent int, data any) {
	s.dispatchTo(guildID, name, intent, func(*session) any { return data })
}

// dispatchTo is dispatch for an event that depends on what a session asked for.
func (s *Server) dispatchTo(guildID, name string, intent int, data func(*session) any) {
	for id, ses := range s.sessions {
		if ses.conn == nil && s.now().Sub(ses.left) > keepSession {
			delete(s.sessions, id)
			continue
		}
		if ses.has(guildID) && (intent == 0 || ses.intents&intent != 0) {
			ses.dispatch(name, data(ses))
		}
	}
}

// dispatchChannel sends an event about a channel that the bot can see.
func (s *Server) dispatchChannel(name string, ch *channel) {
	if s.visible(ch) {
		s.dispatch(ch.GuildID, name, intentGuilds, ch.Channel)
	}
}

// DropGateway cuts every gateway connection without a close frame, as a failing
// network does. Sessions stay resumable.
func (s *Server) DropGateway() {
	for _, c := range s.connections() {
		c.cancel()
	}
}

// CloseGateway closes every gateway connection with a close code, for example 4000.
func (s *Server) CloseGateway(code int, reason string) {
	for _, c := range s.connections() {
		c.closeWith(code, reason)
	}
}

// SendReconnect asks every connection to reconnect and resume (op 7).
func (s *Server) SendReconnect() {
	for _, c := range s.connections() {
		c.send(map[string]any{"op": opReconnect, "s": nil, "t": nil, "d": nil})
	}
}

// InvalidateSession tells every connection that its session is invalid (op 9). One
// that is not resumable is forgotten: the bot has to identify again.
func (s *Server) InvalidateSession(resumable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.session != nil {
			c.session.conn, c.session.left = nil, s.now()
			if !resumable {
				delete(s.sessions, c.session.id)
			}
			c.session = nil // the connection may identify again
		}
		c.invalidate(resumable)
	}
	s.touch()
}

// RequestHeartbeat asks every connection for a heartbeat at once (op 1).
func (s *Server) RequestHeartbeat() {
	for _, c := range s.connections() {
		c.send(map[string]any{"op": opHeartbeat, "s": nil, "t": nil, "d": nil})
	}
}

// ForgetSessions makes Discord forget all sessions without telling anyone: the next
// resume is answered with op 9.
func (s *Server) ForgetSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// SetMute stops (or resumes) answering heartbeats, as a dead link does.
func (s *Server) SetMute(mute bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = mute
}

// GatewayCounts are how often bots have identified and resumed so far.
func (s *Server) GatewayCounts() (identifies, resumes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identifies, s.resumes
}

// Heartbeats is how many heartbeats bots have sent so far.
func (s *Server) Heartbeats() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heartbeats
}

func (s *Server) connections() []*gatewayConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*gatewayConn
	for c := range s.conns {
		out = append(out, c)
	}
	return out
}
