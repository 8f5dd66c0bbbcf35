package discordsim

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Gateway opcodes, https://discord.com/developers/docs/topics/opcodes-and-status-codes.
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// Gateway close codes.
const (
	closeUnknownOp     = 4001
	closeDecode        = 4002
	closeNotAuthed     = 4003
	closeAuthFailed    = 4004
	closeAlreadyAuthed = 4005
	closeInvalidSeq    = 4007
	closeRateLimited   = 4008
	closeTimedOut      = 4009
	closeInvalidShard  = 4010
	closeBadVersion    = 4012
	closeBadIntents    = 4013
	closeNoIntents     = 4014
)

// compressFrom is the size from which a frame is compressed for a client that
// asked for it; Discord leaves small ones as they are.
const compressFrom = 1024

// maxPayload is what a client may send in one frame.
const maxPayload = 4096

// gatewayConn is one websocket. Frames are queued without bound and written by one
// goroutine, so that a slow client never holds up the server.
type gatewayConn struct {
	s      *Server
	ws     *websocket.Conn
	base   string             // the address to come back to
	cancel context.CancelFunc // ends both goroutines; the socket just drops

	mu       sync.Mutex // guards the queue
	queue    [][]byte
	wake     chan struct{}
	compress bool

	session *session    // guarded by Server.mu
	sent    []time.Time // the last minute's; the reader's own
}

// payload is what a client sends.
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{})
	if err != nil {
		return // Accept has answered
	}
	ws.SetReadLimit(1 << 20)
	q := r.URL.Query()
	if v := q.Get("v"); v != "" && v != "9" && v != "10" {
		ws.Close(closeBadVersion, "Invalid API version.")
		return
	}
	if enc := q.Get("encoding"); enc != "" && enc != "json" {
		ws.Close(closeDecode, "Error while decoding payload.")
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &gatewayConn{s: s, ws: ws, base: "ws://" + r.Host + "/gateway/", cancel: cancel, wake: make(chan struct{}, 1)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ws.CloseNow()
		return
	}
	s.conns[c] = struct{}{}
	s.mu.Unlock()

	c.send(map[string]any{"op": opHello, "s": nil, "t": nil, "d": map[string]any{
		"heartbeat_interval": s.cfg.Limits.HeartbeatEach.Milliseconds(), "_trace": []string{"discordsim"},
	}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.writeAll(ctx)
	}()
	err = c.readAll(ctx)
	var end *closeError
	if errors.As(err, &end) {
		c.closeWith(end.code, end.reason)
	}
	cancel()
	ws.CloseNow()
	<-done
	s.hangUp(c)
}

// closeError ends a connection with a close code.
type closeError struct {
	code   int
	reason string
}

func (e *closeError) Error() string { return e.reason }

// closeWith says why the connection ends and ends it.
func (c *gatewayConn) closeWith(code int, reason string) {
	c.ws.Close(websocket.StatusCode(code), reason)
	c.cancel()
}

func (c *gatewayConn) send(frame any) {
	b, err := json.Marshal(frame)
	if err != nil {
		panic("discordsim: encoding a gateway frame: " + err.Error()) // our own types
	}
	c.sendRaw(b)
}

func (c *gatewayConn) sendRaw(b []byte) {
	c.mu.Lock()
	c.queue = append(c.queue, b)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// writeAll writes what is queued until ctx ends or the client is gone.
func (c *gatewayConn) writeAll(ctx context.Context) {
	for {
		c.mu.Lock()
		queue, compress := c.queue, c.compress
		c.queue = nil
		c.mu.Unlock()
		for _, b := range queue {
			kind := websocket.MessageText
			if compress && len(b) >= compressFrom {
				kind, b = websocket.MessageBinary, deflate(b)
			}
			if err := c.ws.Write(ctx, kind, b); err != nil {
				c.cancel()
				return
			}
		}
		select {
		case <-c.wake:
		case <-ctx.Done():
			return
		}
	}
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(b) // a bytes.Buffer takes everything
	z.Close()
	return out.Bytes()
}

// readAll handles what the client sends. A client that misses its heartbeats is
// cut off.
func (c *gatewayConn) readAll(ctx context.Context) error {
	patience := c.s.cfg.Limits.HeartbeatEach * 3 / 2
	alive := time.AfterFunc(patience, func() { c.closeWith(closeTimedOut, "Session timed out.") })
	defer alive.Stop()
	for {
		_, b, err := c.ws.Read(ctx)
		if err != nil {
			return err
		}
		var p payload
		if len(b) > maxPayload || json.Unmarshal(b, &p) != nil {
			return &closeError{closeDecode, "Error while decoding payload."}
		}
		if !c.allow() {
			return &closeError{closeRateLimited, "Rate limited."}
		}
		if p.Op == opHeartbeat {
			alive.Reset(patience)
		}
		if err := c.handle(p); err != nil {
			return err
		}
	}
}

// allow counts a send against the limit of a minute.
func (c *gatewayConn) allow() bool {
	now := c.s.now()
	for len(c.sent) > 0 && now.Sub(c.sent[0]) >= time.Minute {
		c.sent = c.sent[1:]
	}
	c.sent = append(c.sent, now)
	return len(c.sent) <= c.s.cfg.Limits.GatewaySends
}

func (c *gatewayConn) handle(p payload) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	switch p.Op {
	case opHeartbeat:
		c.s.heartbeats++
		if !c.s.mute {
			c.send(map[string]any{"op": opHeartbeatAck, "s": nil, "t": nil, "d": nil})
		}
		return nil
	case opIdentify:
		return c.identify(p.Data)
	case opResume:
		return c.resume(p.Data)
	case opPresence, opVoiceState, opRequestMembers:
		if c.session == nil {
			return &closeError{closeNotAuthed, "Not authenticated."}
		}
		return nil
	}
	return &closeError{closeUnknownOp, "Unknown opcode."}
}

// tokenOK reports whether a token is the bot's, with or without "Bot ".
func (s *Server) tokenOK(token string) bool {
	token = strings.TrimPrefix(token, "Bot ")
	return token != "" && (s.cfg.Token == "" || token == s.cfg.Token)
}

// hangUp forgets a connection. Its session waits to be resumed.
func (s *Server) hangUp(c *gatewayConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if c.session != nil && c.session.conn == c {
		c.session.conn = nil
		c.session.left = s.now()
		s.hub.publish("bot", map[string]any{"online": s.online()}, "")
	}
	s.touch()
}

// Connected reports whether a bot is identified on the gateway.
func (s *Server) Connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.online()
}

func (s *Server) online() bool {
	for _, ses := range s.sessions {
		if ses.conn != nil {
			return true
		}
	}
	return false
}

// WaitConnected waits until a bot is identified, or resumed.
func (s *Server) WaitConnected(ctx context.Context) error {
	return s.wait(ctx, s.online)
}
