package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"tidings/internal/news"
)

// gateway keeps a link to Discord's gateway: it reconnects, with patience and
// resuming where Discord lets it, until it is told to stop or Discord says that
// there is no point.
type gateway struct {
	token     string
	transport http.RoundTripper // for the gateway's address
	state     *discordgo.State  // shared by all sessions, one after the other
	handle    func(*discordgo.Session)
	timing    Timing
	log       *slog.Logger
}

// A link that lived for this long was a good one: the next reconnection does
// not wait for the ones before it. Discord allows 1,000 sessions a day.
const goodLink = time.Minute

// maxResumes is how often a session is tried again before a new one is begun.
const maxResumes = 3

// run keeps the link until ctx ends, and then returns nil; or until Discord
// refuses us for good, and then returns a *news.UserError. It calls stands each
// time the link begins or ceases to stand. When it returns, the link is closed.
func (g *gateway) run(ctx context.Context, stands func(bool)) error {
	session, down, err := g.newSession()
	if err != nil {
		return err
	}
	for failures := 0; ; failures++ {
		conn, err := g.open(ctx, session)
		if err == nil {
			began := time.Now()
			stands(true)
			select {
			case <-ctx.Done():
				stands(false)
			case <-down:
				stands(false)
				g.log.Warn("the link to Discord's gateway was lost", "cause", conn.lost())
			}
			if time.Since(began) >= goodLink {
				failures = 0
			}
		}
		if ctx.Err() != nil {
			if err := session.Close(); err != nil { // harmless where nothing is open
				g.log.Debug("closing the gateway", "error", err)
			}
			return nil
		}
		if err != nil {
			if fatal := fatalClose(err); fatal != nil {
				return fatal
			}
			g.log.Warn("could not connect to Discord's gateway", "error", err)
			if sessionEnded(err) || failures%maxResumes == maxResumes-1 {
				if session, down, err = g.newSession(); err != nil {
					return err
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(backoff(failures, g.timing.MinBackoff, g.timing.MaxBackoff)):
		}
	}
}

// newSession begins a session of the library. The library keeps what it needs
// for resuming to itself: a new one is how to start over.
func (g *gateway) newSession() (*discordgo.Session, <-chan struct{}, error) {
	s, err := newSession(g.token)
	if err != nil {
		return nil, nil, err
	}
	s.State = g.state
	g.handle(s)
	down := make(chan struct{}, 1)
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case down <- struct{}{}:
		default:
		}
	})
	return s, down, nil
}

// open connects, and ends with ctx or after the handshake's timeout, whatever
// the other side does.
func (g *gateway) open(ctx context.Context, s *discordgo.Session) (*deadlineConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var conn *deadlineConn
	var release func() bool
	s.Client = &http.Client{
		CheckRedirect: refuseRedirect,
		Transport: roundTripFunc(func(req *http.Request) (*http.Response, error) {
			return g.transport.RoundTrip(req.WithContext(ctx))
		}),
	}
	s.Dialer = gatewayDialer(ctx, g.timing, func(c *deadlineConn) {
		conn = c
		release = context.AfterFunc(ctx, func() { c.Close() })
	})
	err := s.Open()
	if release != nil {
		release()
	}
	if errors.Is(err, discordgo.ErrWSAlreadyOpen) {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	if conn == nil { // it was open already
		return &deadlineConn{}, nil
	}
	conn.read.Store(int64(g.timing.Silence))
	return conn, nil
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// backoff is how long to wait after so many failures in a row, with jitter, so
// that many bots do not come back at the same moment.
func backoff(failures int, least, most time.Duration) time.Duration {
	d := least << min(failures, 20)
	if d > most || d <= 0 {
		d = most
	}
	return d/2 + rand.N(d/2+1)
}

// Close codes after which there is no point in coming back.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func fatalClose(err error) error {
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		return nil
	}
	cause := fmt.Errorf("gateway closed with %d: %s", closed.Code, closed.Text)
	switch closed.Code {
	case 4004:
		return &news.UserError{Text: "Discord refuses the bot's token. It may have been reset: copy the current one from the developer portal's Bot page.", Err: cause}
	case 4010, 4011:
		return &news.UserError{Text: "The bot is in too many servers for one connection, and Discord asks for sharding, which Tidings does not do.", Err: cause}
	case 4012:
		return &news.UserError{Text: "Discord no longer speaks this version of its gateway. Update Tidings.", Err: cause}
	case 4013, 4014:
		return &news.UserError{Text: "Discord refuses the events that the bot asks for. Tidings needs no privileged intent: check that the token belongs to a bot that is not limited.", Err: cause}
	}
	return nil
}

// sessionEnded reports whether Discord will not resume the session.
func sessionEnded(err error) bool {
	return websocket.IsCloseError(err, 4003, 4007, 4009)
}
