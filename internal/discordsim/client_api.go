package discordsim

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxClientBody bounds what the page may send.
const maxClientBody = 64 << 10

// clientHandler is the page's own API: what a person's Discord client would know
// and do. It is for a page on the same machine and refuses everyone else.
func (s *Server) clientHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /client/state", s.clientState)
	mux.HandleFunc("GET /client/channels/{channel}/messages", s.clientMessages)
	mux.HandleFunc("GET /client/events", s.clientEvents)
	mux.HandleFunc("POST /client/commands", post(s.clientCommand))
	mux.HandleFunc("POST /client/autocomplete", post(s.clientAutocomplete))
	mux.HandleFunc("POST /client/components", post(s.clientComponent))
	mux.HandleFunc("POST /client/modals", post(s.clientModal))
	mux.HandleFunc("POST /client/messages", post(s.clientSay))
	mux.HandleFunc("POST /client/files", s.clientFile)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.sameSite(r); err != nil {
			writeJSON(w, http.StatusForbidden, map[string]any{"message": err.Error()})
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// sameSite refuses what another site's page may have caused: a foreign Origin, or a
// host name that was made to point at this machine. An address, localhost and the
// host that the server listens on are no such names.
func (s *Server) sameSite(r *http.Request) error {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host != "localhost" && !strings.HasSuffix(host, ".localhost") && net.ParseIP(strings.Trim(host, "[]")) == nil {
		return fmt.Errorf("the host %q is not served here", host)
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host != r.Host {
			return errors.New("requests from other sites are refused")
		}
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return errors.New("requests from other sites are refused")
	}
	return nil
}

// post decodes a JSON body, and writes what the function returns or why it cannot.
func post[T any](do func(*http.Request, T) (int, any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind != "application/json" {
			writeJSON(w, http.StatusUnsupportedMediaType, map[string]any{"message": "send application/json"})
			return
		}
		var body T
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxClientBody))
		dec.UseNumber()
		if err := dec.Decode(&body); err != nil && err != io.EOF {
			writeJSON(w, http.StatusBadRequest, map[string]any{"message": "the body is no JSON of the expected form"})
			return
		}
		status, v, err := do(r, body)
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]any{"message": sentence(err)})
			return
		}
		writeJSON(w, status, v)
	}
}

// sentence begins an error's text with a capital letter, for a person.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// viewer is the person at the page: the admin unless the request says otherwise.
func (s *Server) viewer(r *http.Request) string {
	if id := r.URL.Query().Get("user_id"); id != "" {
		return id
	}
	return s.Admin().ID
}

// clientUser is a user as the page shows one.
func clientUser(u *User) map[string]any {
	n, _ := strconv.ParseUint(u.ID, 10, 64)
	colours := []string{"#5865f2", "#3ba55c", "#c27c0e", "#ed4245", "#eb459e", "#1f8b9d"}
	return map[string]any{
		"id": u.ID, "username": u.Username, "global_name": u.DisplayName(),
		"avatar_color": colours[(n>>22^n)%uint64(len(colours))],
	}
}

func clientChannel(ch *channel) map[string]any {
	return map[string]any{"id": ch.ID, "guild_id": ch.GuildID, "name": ch.Name, "type": ch.Type, "topic": ch.Topic, "position": ch.Position}
}

func (s *Server) clientGuild(g *guild) map[string]any {
	roles, channels := []map[string]any{}, []map[string]any{}
	for _, r := range g.sortedRoles() {
		roles = append(roles, map[string]any{"id": r.ID, "name": r.Name, "color": r.Color})
	}
	for _, id := range g.channels {
		channels = append(channels, clientChannel(s.channels[id]))
	}
	return map[string]any{"id": g.ID, "name": g.Name, "icon_text": g.IconText, "roles": roles, "channels": channels}
}

// guildsOf are the guilds that a person sees on the page: those that both the person
// and the bot are in.
func (s *Server) guildsOf(user string) []*guild {
	var out []*guild
	for _, id := range s.order {
		if g := s.guilds[id]; g.members[user] != nil && g.members[s.bot.ID] != nil {
			out = append(out, g)
		}
	}
	return out
}

// managesGuild tells whether a person may manage a guild of theirs.
func (s *Server) managesGuild(user string) bool {
	return slices.ContainsFunc(s.guildsOf(user), func(g *guild) bool { return g.permissions(user).Has(ManageGuild) })
}

func (s *Server) clientState(w http.ResponseWriter, r *http.Request) {
	viewer := s.viewer(r)
	s.mu.Lock()
	me := s.users[viewer]
	if me == nil {
		s.mu.Unlock()
		writeJSON(w, http.StatusNotFound, map[string]any{"message": "There is no such user."})
		return
	}
	users, guilds := []map[string]any{}, []map[string]any{}
	for _, id := range s.people {
		user := clientUser(s.users[id])
		user["manage_guild"] = s.managesGuild(id)
		users = append(users, user)
	}
	for _, g := range s.guildsOf(viewer) {
		guilds = append(guilds, s.clientGuild(g))
	}
	state := map[string]any{
		"me": clientUser(me), "users": users, "guilds": guilds, "manage_guild": s.managesGuild(viewer),
		"bot":      map[string]any{"id": s.bot.ID, "username": s.bot.DisplayName(), "online": s.online()},
		"commands": s.allCommands(), "now": s.now().UTC().Format(time.RFC3339Nano),
		"last_event": s.hub.now(),
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, state)
}

func (s *Server) clientMessages(w http.ResponseWriter, r *http.Request) {
	viewer := s.viewer(r)
	limit := 50
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil {
		limit = min(max(n, 1), 100)
	}
	out := []Message{}
	s.mu.Lock()
	ch := s.channels[r.PathValue("channel")]
	if ch != nil && s.permissions(ch, viewer).Has(ViewChannel) {
		for _, m := range ch.page(limit, r.URL.Query().Get("before"), "", "", viewer) {
			out = append(out, m.fetched())
		}
	}
	s.mu.Unlock()
	if ch == nil {
		writeJSON(w, http.StatusNotFound, map[string]any{"message": "There is no such channel."})
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// clientAction is what the page sends to do something.
type clientAction struct {
	GuildID       string            `json:"guild_id"`
	ChannelID     string            `json:"channel_id"`
	UserID        string            `json:"user_id"`
	Name          string            `json:"name"`
	Options       map[string]any    `json:"options"`
	Focused       string            `json:"focused"`
	MessageID     string            `json:"message_id"`
	Content       string            `json:"content"`
	CustomID      string            `json:"custom_id"`
	ComponentType int               `json:"component_type"`
	Values        []string          `json:"values"`
	InteractionID string            `json:"interaction_id"`
	Fields        map[string]string `json:"fields"`
}

func (a clientAction) run() CommandRun {
	return CommandRun{UserID: a.UserID, GuildID: a.GuildID, ChannelID: a.ChannelID, Name: a.Name, Options: a.Options, Focused: a.Focused}
}

func (s *Server) clientCommand(_ *http.Request, a clientAction) (int, any, error) {
	if a.MessageID != "" {
		return accepted(s.startMessageCommand(a.ChannelID, a.MessageID, a.UserID, a.Name))
	}
	return accepted(s.startCommand(a.run(), interactionCommand))
}

func accepted(in *interaction, err error) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	return http.StatusAccepted, map[string]any{"interaction_id": in.id}, nil
}

func (s *Server) clientAutocomplete(r *http.Request, a clientAction) (int, any, error) {
	choices, err := s.Autocomplete(r.Context(), a.run())
	if errors.Is(err, ErrNoResponse) {
		err = errors.New("loading options failed")
	}
	if choices == nil {
		choices = []Choice{}
	}
	return http.StatusOK, map[string]any{"choices": choices}, err
}

func (s *Server) clientComponent(_ *http.Request, a clientAction) (int, any, error) {
	if a.ComponentType != ComponentButton && a.Values == nil {
		a.Values = []string{}
	}
	return accepted(s.startComponent(a.ChannelID, a.MessageID, a.CustomID, a.UserID, a.Values))
}

func (s *Server) clientSay(_ *http.Request, a clientAction) (int, any, error) {
	m, err := s.Say(a.ChannelID, cmp.Or(a.UserID, s.Admin().ID), a.Content)
	return http.StatusCreated, map[string]any{"id": m.ID}, err
}

// clientFile takes a file that a person chose for an option, and names it.
func (s *Server) clientFile(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFile))
	if err != nil {
		writeJSON(w, http.StatusRequestEntityTooLarge, map[string]any{"message": "The file is larger than 10 MB."})
		return
	}
	s.mu.Lock()
	id := s.addFile(File{Name: r.URL.Query().Get("name"), ContentType: r.Header.Get("Content-Type"), Data: data})
	s.mu.Unlock()
	writeJSON(w, http.StatusCreated, map[string]any{"id": id})
}

func (s *Server) clientModal(_ *http.Request, a clientAction) (int, any, error) {
	return accepted(s.startModal(a.InteractionID, a.Fields))
}

// clientEvents streams what happens, from where the page left off.
func (s *Server) clientEvents(w http.ResponseWriter, r *http.Request) {
	viewer := s.viewer(r)
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")

	wake, cancel := s.hub.subscribe()
	defer cancel()
	at := s.hub.now()
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		n, err := strconv.Atoi(last)
		if _, ok := s.hub.since(n); err == nil && ok {
			at = n
		} else {
			fmt.Fprintf(w, "id: %d\nevent: reset\ndata: {}\n\n", at)
		}
	}
	fmt.Fprint(w, ": connected\n\n")
	alive := time.NewTicker(20 * time.Second)
	defer alive.Stop()
	for {
		events, ok := s.hub.since(at)
		if !ok {
			at = s.hub.now()
			fmt.Fprintf(w, "id: %d\nevent: reset\ndata: {}\n\n", at)
		}
		for _, e := range events {
			at = e.id
			if e.user != "" && e.user != viewer {
				continue
			}
			fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.id, e.name, e.data)
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-wake:
		case <-alive.C:
			fmt.Fprint(w, ": alive\n\n")
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		}
	}
}
