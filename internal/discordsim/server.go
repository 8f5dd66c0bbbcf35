package discordsim

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config says what Discord knows before anyone connects, and how strict it is.
// The zero value is useful.
type Config struct {
	Log *slog.Logger     // discards by default
	Now func() time.Time // time.Now by default

	// Token is the one bot token that is accepted, without "Bot "; empty accepts
	// any that is not empty.
	Token string

	// ApplicationID and BotID are made when empty. As on Discord, an application's
	// bot has the application's id.
	ApplicationID   string
	ApplicationName string // "Tidings" by default; the bot's name too

	// BotPermissions is what the bot's own role grants in every guild;
	// DefaultBotPermissions when zero.
	BotPermissions Permissions

	// PrivilegedIntents are the privileged intents that the application may ask for;
	// none by default.
	PrivilegedIntents int

	// KeepMessages is how many messages a channel keeps, at least nine in ten of
	// them; 20,000 by default.
	KeepMessages int

	Limits Limits
}

// Limits are the rates and times that Discord enforces. A zero field means the
// documented or observed default.
type Limits struct {
	// Off turns every REST rate limit off, and leaves the headers out: a client that
	// reads that nothing remains would wait.
	Off bool

	MessageCreate Rate // a channel; 5 in 5 s
	MessageEdit   Rate // a channel; 5 in 5 s
	MessageDelete Rate // a channel; 5 in 1 s
	Crosspost     Rate // a channel; 10 in an hour
	Webhook       Rate // an interaction's token; 5 in 2 s
	Other         Rate // any other route and its major parameter; 50 in 1 s
	Global        Rate // a bot, without interaction answers; 50 in 1 s

	InvalidRequests int // answers 401, 403 and 429 in ten minutes before the address is banned; 10,000
	CommandCreates  int // commands created in a day and scope; 200

	AnswerWithin  time.Duration // before an interaction's token dies unanswered; 3 s
	TokenLife     time.Duration // of an answered interaction; 15 min
	NonceWindow   time.Duration // "the past few minutes" of enforce_nonce; 3 min
	HeartbeatEach time.Duration // asked of gateway clients; 41.25 s
	GatewaySends  int           // a minute and connection; 120
}

// Rate is a number of requests in a window of time.
type Rate struct {
	Requests int
	Per      time.Duration
}

// DefaultBotPermissions is what the demo's invite link asks for.
const DefaultBotPermissions = ViewChannel | SendMessages | EmbedLinks | ReadMessageHistory

func (l *Limits) setDefaults() {
	rate := func(r *Rate, n int, per time.Duration) {
		if r.Requests == 0 {
			*r = Rate{n, per}
		}
	}
	rate(&l.MessageCreate, 5, 5*time.Second)
	rate(&l.MessageEdit, 5, 5*time.Second)
	rate(&l.MessageDelete, 5, time.Second)
	rate(&l.Crosspost, 10, time.Hour)
	rate(&l.Webhook, 5, 2*time.Second)
	rate(&l.Other, 50, time.Second)
	rate(&l.Global, 50, time.Second)
	number := func(n *int, def int) {
		if *n == 0 {
			*n = def
		}
	}
	number(&l.InvalidRequests, 10_000)
	number(&l.CommandCreates, 200)
	number(&l.GatewaySends, 120)
	span := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	span(&l.AnswerWithin, 3*time.Second)
	span(&l.TokenLife, 15*time.Minute)
	span(&l.NonceWindow, 3*time.Minute)
	span(&l.HeartbeatEach, 41250*time.Millisecond)
}

// Server is Discord. Use New, then either Listen or Handler.
type Server struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	handler http.Handler
	hub     *hub
	stop    chan struct{} // closed by Close

	mu       sync.Mutex // guards everything below
	ids      snowflakes
	app      application
	bot      *User
	files    fileStore
	disk     []diskFile // what people can upload
	users    map[string]*User
	people   []string // ids of the users who are no bots, in order of creation
	guilds   map[string]*guild
	order    []string // guild ids in order of creation
	channels map[string]*channel
	changed  chan struct{} // closed and replaced whenever something visible changes
	revision int           // counts what happens to messages

	sessions map[string]*session
	conns    map[*gatewayConn]struct{}
	mute     bool // heartbeats go unanswered

	identifies, resumes, heartbeats int

	commands map[string][]Command // by guild id; "" for the global ones
	creates  map[string][]time.Time
	calls    map[string]*interaction // by id
	tokens   map[string]*interaction // by token

	limiter  limiter
	faults   []*FaultHandle
	requests []Request
	dropped  int // how many requests the log no longer has

	http   *http.Server
	ln     net.Listener
	unused map[net.Conn]struct{} // connections without a request so far
	closed bool
}

type application struct {
	ID, Name string
}

// New returns a Discord with one application, its bot, and three people: the
// [Server.Owner] of all guilds, the [Server.Admin], who may manage servers, and an
// ordinary [Server.Member].
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "Tidings"
	}
	if cfg.BotPermissions == 0 {
		cfg.BotPermissions = DefaultBotPermissions
	}
	if cfg.KeepMessages <= 0 {
		cfg.KeepMessages = 20_000
	}
	cfg.Token = strings.TrimPrefix(cfg.Token, "Bot ")
	cfg.Limits.setDefaults()

	s := &Server{
		cfg:      cfg,
		log:      cfg.Log.With("component", "discordsim"),
		now:      cfg.Now,
		hub:      newHub(),
		stop:     make(chan struct{}),
		ids:      snowflakes{now: cfg.Now},
		files:    fileStore{byPath: map[string]*storedFile{}},
		users:    map[string]*User{},
		guilds:   map[string]*guild{},
		channels: map[string]*channel{},
		changed:  make(chan struct{}),
		sessions: map[string]*session{},
		conns:    map[*gatewayConn]struct{}{},
		commands: map[string][]Command{},
		creates:  map[string][]time.Time{},
		calls:    map[string]*interaction{},
		tokens:   map[string]*interaction{},
		limiter:  limiter{buckets: map[string]*bucket{}},
	}
	id := cfg.ApplicationID
	if id == "" {
		id = s.ids.next()
	}
	s.app = application{ID: id, Name: cfg.ApplicationName}
	s.bot = s.addUser(id, strings.ToLower(cfg.ApplicationName), cfg.ApplicationName)
	s.bot.Bot = true
	for _, p := range [][2]string{{"olive", "Olive"}, {"ada", "Ada"}, {"ben", "Ben"}} {
		u := s.addUser(s.ids.next(), p[0], p[1])
		s.people = append(s.people, u.ID)
	}

	mux := http.NewServeMux()
	mux.Handle("/api/", s.restHandler())
	mux.HandleFunc("/gateway/", s.serveGateway)
	mux.HandleFunc("/gateway", s.serveGateway)
	mux.Handle("/client/", s.clientHandler())
	mux.HandleFunc("GET /attachments/", s.serveFile)
	mux.HandleFunc("GET /ephemeral-attachments/", s.serveFile)
	mux.Handle("/", s.pageHandler())
	s.handler = mux
	return s
}

// Handler serves the REST API under /api/, the gateway at /gateway/, attachments
// under /attachments/ and /ephemeral-attachments/, the page's own API under /client/
// and the page at /.
func (s *Server) Handler() http.Handler { return s.handler }

// Listen starts to serve on addr, for example "127.0.0.1:0", and returns at once.
func (s *Server) Listen(addr string) error {
	return s.ListenHandler(addr, s.handler)
}

// ListenHandler is Listen with another handler in front, for example one that
// checks each request and passes it on to Handler.
func (s *Server) ListenHandler(addr string, h http.Handler) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ConnState:         s.noteConn,
	}
	s.mu.Lock()
	s.ln, s.http, s.unused = ln, srv, map[net.Conn]struct{}{}
	s.mu.Unlock()
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serving", "error", err)
		}
	}()
	return nil
}

// noteConn keeps account of connections that have not been used: a shutdown would
// wait five seconds for their first request.
func (s *Server) noteConn(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(s.unused, c)
	case s.closed:
		c.Close()
	default:
		s.unused[c] = struct{}{}
	}
}

// URL is the address of the page, without a slash at the end; "" before Listen.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ln == nil {
		return ""
	}
	return "http://" + s.ln.Addr().String()
}

// APIURL is the base address of the REST API, which ends with /api. A client adds
// the version: /v9, /v10 or none.
func (s *Server) APIURL() string { return s.URL() + "/api" }

// Close drops every connection and stops serving. It waits for requests under way
// until ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.stop)
	srv := s.http
	for _, in := range s.calls {
		in.timer.Stop()
	}
	for c := range s.unused {
		c.Close()
	}
	s.mu.Unlock()

	s.DropGateway()
	if srv == nil {
		return nil
	}
	if err := srv.Shutdown(ctx); err != nil {
		srv.Close()
		return err
	}
	return nil
}

// touch wakes everyone who waits for something visible. The caller holds mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait calls ok, with mu held, now and after every change until it returns true.
func (s *Server) wait(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-s.stop:
			return errors.New("the simulated Discord was closed")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
