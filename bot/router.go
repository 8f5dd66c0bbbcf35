package bot

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// response is what a handler answers. Where it goes, and to whose eyes, the
// route decides, so that a deferral promises what the answer keeps.
type response struct {
	Text   string
	Embeds []*discordgo.MessageEmbed
	Rows   []discordgo.MessageComponent
	Files  []file
}

// file is one that an answer brings.
type file struct {
	Name string
	Type string // media type
	Data []byte
}

// handler answers a request. A *news.UserError is shown as it is; every other
// error is logged under an id, and the person sees that.
type handler func(context.Context, *request) (response, error)

// suggester completes a half-typed option.
type suggester func(context.Context, *request) ([]choice, error)

type choice struct {
	Name  string
	Value string
}

// middleware puts something before a route's handler.
type middleware func(route, handler) handler

// route is how one command, subcommand or component verb is answered.
type route struct {
	handle  handler
	admin   bool                 // for people who may manage the server
	public  func(*request) bool  // whether the channel sees the answer; nil for no
	update  bool                 // the answer replaces the component's message, where that is the person's own
	within  time.Duration        // the handler gets this long; 0 for Timing.Handler
	suggest map[string]suggester // by option
}

// delivery is where an answer goes.
type delivery int

const (
	private delivery = iota // a new message for the person only
	shared                  // a new message in the channel
	update                  // in place of the component's message
)

func (rt route) delivery(r *request) delivery {
	switch {
	case rt.update && r.Own:
		return update
	case rt.public != nil && rt.public(r):
		return shared
	}
	return private
}

// answerer is the part of Discord's API that answers interactions.
type answerer interface {
	respond(ctx context.Context, i *discordgo.Interaction, body any) error
	editOriginal(context.Context, *discordgo.Interaction, *discordgo.WebhookEdit) error
	deleteOriginal(context.Context, *discordgo.Interaction) error
	followUp(context.Context, *discordgo.Interaction, *discordgo.WebhookParams) error
}

// router brings interactions to their handlers and the answers back.
type router struct {
	api        answerer
	commands   map[string]route
	messages   map[string]route // the commands of a message's menu
	components map[string]route
	around     []middleware // the first is outermost
	timing     Timing
	log        *slog.Logger
}

// serve answers one interaction. When the handler takes longer than Timing.Defer
// it tells Discord so, and brings the answer later.
func (rt *router) serve(ctx context.Context, i *discordgo.Interaction) {
	r, key := readRequest(i)
	log := rt.log.With("request", r.Name, "server", r.Guild)
	table := rt.commands
	switch i.Type {
	case discordgo.InteractionApplicationCommandAutocomplete:
		rt.suggest(ctx, log, i, r)
		return
	case discordgo.InteractionMessageComponent:
		table = rt.components
	case discordgo.InteractionApplicationCommand:
		if r.OnMessage {
			table = rt.messages
		}
	default:
		log.Warn("an interaction of a type that nothing asked for", "type", int(i.Type))
		return
	}
	route, ok := table[key]
	if !ok {
		route.handle = unknown
	}
	handle := route.handle
	for n := len(rt.around) - 1; n >= 0; n-- {
		handle = rt.around[n](route, handle)
	}

	began := time.Now()
	done := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, cmp.Or(route.within, rt.timing.Handler))
		defer cancel()
		resp, err := handle(ctx, r)
		done <- outcome{resp, err}
	}()

	// Whoever is stopped still owes an answer: without one, the person waits for ever.
	answering := context.WithoutCancel(ctx)
	to := route.delivery(r)
	deferral := time.NewTimer(rt.timing.Defer)
	defer deferral.Stop()
	var err error
	select {
	case out := <-done:
		err = rt.answer(answering, log, i, to, out.response, out.err)
	case <-deferral.C:
		if err = rt.postpone(answering, i, to); err != nil {
			log.Warn("an interaction could not be deferred", "error", err)
		}
		out := rt.await(answering, log, i, r, done)
		err = rt.answerLate(ctx, began.Add(tokenLife), log, i, to, out)
	}
	switch {
	case err == nil:
	case hasCode(err, codeUnknownInteraction, codeInvalidToken, codeAcknowledged, codeUnknownMessage):
		log.Info("an answer came too late", "error", err)
	default:
		log.Error("an answer could not be given", "error", err)
	}
}

// outcome is what came of a handler.
type outcome struct {
	response response
	err      error
}

// await waits for a handler whose answer was postponed, and shows meanwhile how
// far it has got.
func (rt *router) await(ctx context.Context, log *slog.Logger, i *discordgo.Interaction, r *request, done <-chan outcome) outcome {
	ticker := time.NewTicker(rt.timing.Progress)
	defer ticker.Stop()
	for {
		select {
		case out := <-done:
			return out
		case <-ticker.C:
			text := r.step.Swap(nil)
			if text == nil {
				continue
			}
			err := rt.api.editOriginal(ctx, i, &discordgo.WebhookEdit{Content: text, AllowedMentions: noMentions()})
			if err != nil {
				log.Info("a handler's progress could not be shown", "error", err)
			}
		}
	}
}

// tokenLife is for how long Discord takes answers to an interaction, less what
// the last one may need.
const tokenLife = 15*time.Minute - 10*time.Second

// untilTaken gives an answer as often as Discord's rate limits turn it away,
// until deadline. When ctx ends, it is given once more and no later: the transport
// itself waits out a short limit.
func untilTaken(ctx context.Context, deadline time.Time, give func(context.Context) error) error {
	answering := context.WithoutCancel(ctx)
	for {
		err := give(answering)
		var limited *rateLimited
		if !errors.As(err, &limited) || time.Now().Add(limited.After).After(deadline) {
			return err
		}
		select {
		case <-time.After(limited.After):
		case <-ctx.Done():
			return give(answering)
		}
	}
}

func unknown(context.Context, *request) (response, error) {
	return response{}, news.Userf("I no longer know that: it comes from an older version. `/help` lists what I do.")
}

// answer gives the first answer.
func (rt *router) answer(ctx context.Context, log *slog.Logger, i *discordgo.Interaction, to delivery, resp response, err error) error {
	if err != nil {
		to, resp = private, rt.failure(log, err)
	}
	kind := discordgo.InteractionResponseChannelMessageWithSource
	if to == update {
		kind = discordgo.InteractionResponseUpdateMessage
	}
	data := &discordgo.InteractionResponseData{
		Content:         content(resp.Text),
		Embeds:          resp.embeds(),
		Components:      resp.rows(),
		Files:           resp.files(),
		AllowedMentions: noMentions(),
	}
	if to == private {
		data.Flags = discordgo.MessageFlagsEphemeral
	}
	return rt.api.respond(ctx, i, &discordgo.InteractionResponse{Type: kind, Data: data})
}

// postpone tells Discord that the answer takes longer.
func (rt *router) postpone(ctx context.Context, i *discordgo.Interaction, to delivery) error {
	resp := &discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
	switch to {
	case update:
		resp.Type = discordgo.InteractionResponseDeferredMessageUpdate
	case private:
		resp.Data = &discordgo.InteractionResponseData{
			Flags:           discordgo.MessageFlagsEphemeral,
			Embeds:          []*discordgo.MessageEmbed{},
			Components:      []discordgo.MessageComponent{},
			AllowedMentions: noMentions(),
		}
	}
	return rt.api.respond(ctx, i, resp)
}

// answerLate gives the answer after postpone, also where Discord turns it away at
// first. An error is for the person only, and never takes the place of a message
// that others see.
func (rt *router) answerLate(ctx context.Context, deadline time.Time, log *slog.Logger, i *discordgo.Interaction, to delivery, out outcome) error {
	resp := out.response
	if out.err != nil {
		resp = rt.failure(log, out.err)
		if to == shared {
			err := untilTaken(ctx, deadline, func(ctx context.Context) error { return rt.api.deleteOriginal(ctx, i) })
			if err != nil {
				return err
			}
		}
		if to != private {
			return untilTaken(ctx, deadline, func(ctx context.Context) error {
				return rt.api.followUp(ctx, i, &discordgo.WebhookParams{
					Content:         resp.Text,
					Flags:           discordgo.MessageFlagsEphemeral,
					AllowedMentions: noMentions(),
				})
			})
		}
	}
	text, embeds, rows := content(resp.Text), resp.embeds(), resp.rows()
	return untilTaken(ctx, deadline, func(ctx context.Context) error {
		return rt.api.editOriginal(ctx, i, &discordgo.WebhookEdit{
			Content:         &text,
			Embeds:          &embeds,
			Components:      &rows,
			Files:           resp.files(),
			AllowedMentions: noMentions(),
		})
	})
}

// failure is what a person reads of an error.
func (rt *router) failure(log *slog.Logger, err error) response {
	var user *news.UserError
	if errors.As(err, &user) {
		if user.Err != nil {
			log.Info("a request was refused", "reason", user.Text, "cause", user.Err)
		}
		return response{Text: content(user.Text)}
	}
	if errors.Is(err, context.Canceled) {
		log.Info("a request was cut short, since the bot stops")
		return response{Text: "I am being restarted. Try again in a minute."}
	}
	id := errorID()
	log.Error("a request failed", "id", id, "error", err)
	if errors.Is(err, context.DeadlineExceeded) {
		return response{Text: fmt.Sprintf("That took too long, so I stopped. Try again in a minute. (id %s)", id)}
	}
	return response{Text: fmt.Sprintf("Something failed on my side. Try again in a minute; if it stays, tell whoever runs this bot the id. (id %s)", id)}
}

func errorID() string {
	var b [3]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// suggest answers an autocompletion, which cannot be deferred and has no place
// for an error: what fails offers nothing.
func (rt *router) suggest(ctx context.Context, log *slog.Logger, i *discordgo.Interaction, r *request) {
	choices := []*discordgo.ApplicationCommandOptionChoice{}
	route := rt.commands[r.Name]
	if complete := route.suggest[r.Focused]; complete != nil && r.Guild != 0 && (r.Admin || !route.admin) {
		found, err := rt.complete(ctx, complete, r)
		if err != nil {
			log.Error("an autocompletion failed", "option", r.Focused, "error", err)
		}
		for _, c := range found[:min(len(found), maxChoices)] {
			if name := label(c.Name, maxChoice); name != "" && c.Value != "" && width(c.Value) <= maxChoice {
				choices = append(choices, &discordgo.ApplicationCommandOptionChoice{Name: name, Value: c.Value})
			}
		}
	}
	err := rt.api.respond(ctx, i, suggestions(choices))
	if err != nil {
		log.Info("an autocompletion could not be answered", "error", err)
	}
}

func (rt *router) complete(ctx context.Context, complete suggester, r *request) (found []choice, err error) {
	ctx, cancel := context.WithTimeout(ctx, rt.timing.Suggest)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			found, err = nil, panicError(p)
		}
	}()
	return complete(ctx, r)
}

// suggestions is the answer to an autocompletion. The library's own type leaves
// out an empty list, which Discord takes for a fault.
func suggestions(choices []*discordgo.ApplicationCommandOptionChoice) any {
	type data struct {
		Choices []*discordgo.ApplicationCommandOptionChoice `json:"choices"`
	}
	return struct {
		Type discordgo.InteractionResponseType `json:"type"`
		Data data                              `json:"data"`
	}{discordgo.InteractionApplicationCommandAutocompleteResult, data{choices}}
}

// recovering turns a panic into an error.
func recovering(_ route, next handler) handler {
	return func(ctx context.Context, r *request) (resp response, err error) {
		defer func() {
			if p := recover(); p != nil {
				resp, err = response{}, panicError(p)
			}
		}()
		return next(ctx, r)
	}
}

func panicError(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) }

// inServer refuses direct messages: what the bot knows belongs to a server.
func inServer(_ route, next handler) handler {
	return func(ctx context.Context, r *request) (response, error) {
		if r.Guild == 0 {
			return response{}, news.Userf("I work in servers only. Use this command in a server that I am a member of.")
		}
		return next(ctx, r)
	}
}

// adminOnly checks again what the command's registration asks for: a server may
// have overridden it, and buttons have no registration.
func adminOnly(rt route, next handler) handler {
	if !rt.admin {
		return next
	}
	return func(ctx context.Context, r *request) (response, error) {
		if !r.Admin {
			return response{}, news.Userf("That is for people with *Manage Server*. Ask one of them.")
		}
		return next(ctx, r)
	}
}

// embeds is one or more of them, as an answer has them.
func embeds(e ...*discordgo.MessageEmbed) []*discordgo.MessageEmbed { return e }

// embeds are the answer's, never nil: the library would leave out what is to take
// away the ones before.
func (resp response) embeds() []*discordgo.MessageEmbed {
	if resp.Embeds == nil {
		return []*discordgo.MessageEmbed{}
	}
	return resp.Embeds
}

func (resp response) rows() []discordgo.MessageComponent {
	if resp.Rows == nil {
		return []discordgo.MessageComponent{}
	}
	return resp.Rows
}

// files are the answer's files, to be read once.
func (resp response) files() []*discordgo.File {
	var files []*discordgo.File
	for _, f := range resp.Files {
		files = append(files, &discordgo.File{Name: f.Name, ContentType: f.Type, Reader: bytes.NewReader(f.Data)})
	}
	return files
}

// content keeps a message's text within its limit. Handlers build theirs from
// bounded parts; this is for the texts of errors, which come from anywhere.
func content(text string) string { return truncate(text, maxContent, runeWidth) }
