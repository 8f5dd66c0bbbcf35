package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// apiError is an error that Discord answered with. Unlike the library's, it
// does not hold the request, which carries the token.
type apiError struct {
	Route   string
	Status  int // HTTP
	Code    int // Discord's own, 0 where there is none
	Message string
	Detail  string // the beginning of the body
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %s", e.Route, e.Status, e.Code, e.Message)
}

// hasCode reports whether err is Discord's error of one of the codes.
func hasCode(err error, codes ...int) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}

// rest makes requests to Discord's REST API. Its errors are *apiError,
// *rateLimited, or an ordinary error of the way there; none shows a token.
type rest struct {
	session *discordgo.Session
}

func newREST(token string, t http.RoundTripper) (*rest, error) {
	s, err := newSession(token)
	if err != nil {
		return nil, err
	}
	s.Client = &http.Client{Transport: t, CheckRedirect: refuseRedirect}
	return &rest{session: s}, nil
}

// newSession returns a session of the library with everything turned off that
// it does on its own: retrying, sleeping, reconnecting and logging.
func newSession(token string) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + token)
	if err != nil {
		return nil, fmt.Errorf("make a session: %w", err)
	}
	s.LogLevel = -1 // it would log to the standard logger
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.SyncEvents = true // events in order; our handlers do not block
	s.Identify.Intents = discordgo.IntentsGuilds
	s.State.TrackEmojis, s.State.TrackStickers = false, false
	s.State.TrackThreads, s.State.TrackThreadMembers = false, false
	s.State.TrackVoice, s.State.TrackPresences = false, false
	s.UserAgent += " Tidings"
	return s, nil
}

// do makes one request.
func (r *rest) do(ctx context.Context, method, endpoint string, in, out any) error {
	return r.upload(ctx, method, endpoint, in, nil, out)
}

// upload makes one request with files beside what it says. Each request has a
// bucket of the library's limiter to itself: it keeps one for every path, for
// ever, and an interaction's path is its own.
func (r *rest) upload(ctx context.Context, method, endpoint string, in any, files []*discordgo.File, out any) error {
	kind, body, err := encode(in, files)
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	bucket := discordgo.NewRatelimiter().LockBucket("")
	answer, err := r.session.RequestWithLockedBucket(method, endpoint, kind, body, bucket, 0, discordgo.WithContext(ctx))
	if err != nil {
		return requestError(method, endpoint, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the answer to %s: %w", routeName(method, endpoint), err)
	}
	return nil
}

func encode(in any, files []*discordgo.File) (kind string, body []byte, err error) {
	if len(files) > 0 {
		return discordgo.MultipartBodyWithJSON(in, files)
	}
	if in != nil {
		body, err = json.Marshal(in)
	}
	return "application/json", body, err
}

// requestError takes from the library's errors what may be shown and logged:
// neither the request with its token, nor an address with an interaction's.
func requestError(method, endpoint string, err error) error {
	route := routeName(method, endpoint)
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) && limited.RateLimit != nil && limited.TooManyRequests != nil {
		return &rateLimited{After: limited.RetryAfter, Why: route + " is rate limited"}
	}
	var refused *discordgo.RESTError
	if errors.As(err, &refused) {
		e := &apiError{Route: route, Status: refused.Response.StatusCode, Detail: string(refused.ResponseBody)}
		if refused.Message != nil {
			e.Code, e.Message = refused.Message.Code, refused.Message.Message
		}
		return e
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("%s: %w", route, err)
}

func routeName(method, endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return method
	}
	route, _ := routeOf(method, u.Path)
	return route
}

// identity is whom a token belongs to.
type identity struct {
	App  string
	User string
	Name string
}

func (r *rest) identity(ctx context.Context) (identity, error) {
	var user, app struct {
		ID       string `json:"id"`
		Username string `json:"username"`
	}
	if err := r.do(ctx, http.MethodGet, discordgo.EndpointUser("@me"), nil, &user); err != nil {
		return identity{}, err
	}
	if err := r.do(ctx, http.MethodGet, discordgo.EndpointApplications+"/@me", nil, &app); err != nil {
		return identity{}, err
	}
	return identity{App: app.ID, User: user.ID, Name: user.Username}, nil
}

func (r *rest) commands(ctx context.Context, app string) ([]*discordgo.ApplicationCommand, error) {
	var commands []*discordgo.ApplicationCommand
	err := r.do(ctx, http.MethodGet, discordgo.EndpointApplicationGlobalCommands(app)+"?with_localizations=true", nil, &commands)
	return commands, err
}

func (r *rest) overwriteCommands(ctx context.Context, app string, commands []*discordgo.ApplicationCommand) error {
	return r.do(ctx, http.MethodPut, discordgo.EndpointApplicationGlobalCommands(app), commands, nil)
}

// channel is what permissions are reckoned from.
func (r *rest) channel(ctx context.Context, id news.ChannelID) (*discordgo.Channel, error) {
	var c discordgo.Channel
	err := r.do(ctx, http.MethodGet, discordgo.EndpointChannel(id.String()), nil, &c)
	return &c, err
}

func (r *rest) roles(ctx context.Context, guild news.GuildID) ([]*discordgo.Role, error) {
	var roles []*discordgo.Role
	err := r.do(ctx, http.MethodGet, discordgo.EndpointGuildRoles(guild.String()), nil, &roles)
	return roles, err
}

func (r *rest) member(ctx context.Context, guild news.GuildID, user string) (*discordgo.Member, error) {
	var m discordgo.Member
	err := r.do(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild.String(), user), nil, &m)
	return &m, err
}

// message is the little that is read of one: the library's own type refuses
// messages with components that it does not know.
type message struct {
	ID     string `json:"id"`
	Author struct {
		ID string `json:"id"`
	} `json:"author"`
	Components []component `json:"components"`
}

type component struct {
	CustomID   string      `json:"custom_id"`
	Components []component `json:"components"`
}

// has reports whether a component with the id stands on the message.
func (m message) has(customID string) bool {
	var among func([]component) bool
	among = func(cs []component) bool {
		for _, c := range cs {
			if c.CustomID == customID || among(c.Components) {
				return true
			}
		}
		return false
	}
	return among(m.Components)
}

// createMessage sends a message once: while Discord remembers the nonce, sending
// it again returns the message that exists.
func (r *rest) createMessage(ctx context.Context, channel news.ChannelID, nonce string, m *discordgo.MessageSend) (message, error) {
	in := struct {
		*discordgo.MessageSend
		Nonce        string `json:"nonce"`
		EnforceNonce bool   `json:"enforce_nonce"`
	}{m, nonce, true}
	var out message
	err := r.do(ctx, http.MethodPost, discordgo.EndpointChannelMessages(channel.String()), in, &out)
	return out, err
}

const historyPage = 100

// messagesAfter lists up to a hundred messages of a channel that are younger
// than an id, newest first.
func (r *rest) messagesAfter(ctx context.Context, channel news.ChannelID, after string) ([]message, error) {
	var messages []message
	endpoint := discordgo.EndpointChannelMessages(channel.String()) + "?limit=" + strconv.Itoa(historyPage) + "&after=" + url.QueryEscape(after)
	err := r.do(ctx, http.MethodGet, endpoint, nil, &messages)
	return messages, err
}

// discordEpoch is the first moment that a snowflake can name.
const discordEpoch = 1420070400000 // milliseconds since 1970

// snowflakeAt is the smallest id that something made at the time can have.
func snowflakeAt(t time.Time) string {
	return strconv.FormatInt(max(t.UnixMilli()-discordEpoch, 0)<<22, 10)
}

// respond is the first answer to an interaction, within three seconds.
func (r *rest) respond(ctx context.Context, i *discordgo.Interaction, body any) error {
	var files []*discordgo.File
	if resp, ok := body.(*discordgo.InteractionResponse); ok && resp.Data != nil {
		files = resp.Data.Files
	}
	return r.upload(ctx, http.MethodPost, discordgo.EndpointInteractionResponse(i.ID, i.Token), body, files, nil)
}

// editOriginal replaces the first answer, up to fifteen minutes later.
func (r *rest) editOriginal(ctx context.Context, i *discordgo.Interaction, edit *discordgo.WebhookEdit) error {
	return r.upload(ctx, http.MethodPatch, discordgo.EndpointInteractionResponseActions(i.AppID, i.Token), edit, edit.Files, nil)
}

func (r *rest) deleteOriginal(ctx context.Context, i *discordgo.Interaction) error {
	return r.do(ctx, http.MethodDelete, discordgo.EndpointInteractionResponseActions(i.AppID, i.Token), nil, nil)
}

// followUp adds a message to the first answer.
func (r *rest) followUp(ctx context.Context, i *discordgo.Interaction, m *discordgo.WebhookParams) error {
	return r.do(ctx, http.MethodPost, discordgo.EndpointWebhookToken(i.AppID, i.Token), m, nil)
}
