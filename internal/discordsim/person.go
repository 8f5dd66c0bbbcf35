package discordsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrNoResponse is what a person sees when the bot does not answer within three
// seconds.
var ErrNoResponse = errors.New("the application did not respond")

// RefusedError is why Discord itself does not let a person do something; the bot
// never hears of it.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

func refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

// CommandRun is a slash command as a person types it.
type CommandRun struct {
	UserID    string // the admin when empty
	GuildID   string // the channel's when empty
	ChannelID string
	Name      string // with subcommands: "feeds add"

	// Options by name. Strings, numbers and booleans stand for themselves. Channels,
	// roles and users are ids, mentions, or names such as #phones, @News, @ben. An
	// attachment is a [File], or the name of one that [Server.AddFile] added.
	Options map[string]any

	Focused string // the option that autocomplete is for
	Locale  string // of the person's client; "en-US" when empty

	// Force sends a command although Discord would hide it from this user, so that a
	// test can show that the bot checks again.
	Force bool
}

// Reply is the bot's answer to an interaction.
type Reply struct {
	InteractionID string
	Type          int           // the callback's type
	Deferred      bool          // it was deferred first
	Message       Message       // the message that answers, or that was updated
	Deleted       bool          // the deferred answer was deleted
	Modal         *Modal        // for CallbackModal
	Choices       []Choice      // for CallbackAutocomplete
	Took          time.Duration // until the first acknowledgement
}

// RunCommand runs a slash command and waits for the answer; where the bot defers
// it, for what follows. It returns a *RefusedError when Discord would not send the
// command, and ErrNoResponse when the bot is too slow.
func (s *Server) RunCommand(ctx context.Context, run CommandRun) (Reply, error) {
	in, err := s.startCommand(run, interactionCommand)
	if err != nil {
		return Reply{}, err
	}
	return s.await(ctx, in)
}

// Autocomplete asks for the choices of the option that run names as focused.
func (s *Server) Autocomplete(ctx context.Context, run CommandRun) ([]Choice, error) {
	in, err := s.startCommand(run, interactionAutocomplete)
	if err != nil {
		return nil, err
	}
	r, err := s.await(ctx, in)
	return r.Choices, err
}

// Type parses a line such as "/feeds add url:https://…" and runs it.
func (s *Server) Type(ctx context.Context, channelID, userID, line string) (Reply, error) {
	run, err := s.ParseCommand(channelID, line)
	if err != nil {
		return Reply{}, err
	}
	run.UserID = userID
	return s.RunCommand(ctx, run)
}

// Press presses a button of a message, ephemeral or not.
func (s *Server) Press(ctx context.Context, m Message, customID, userID string) (Reply, error) {
	return s.use(ctx, m.ChannelID, m.ID, customID, userID, nil)
}

// Select chooses values in a select menu of a message.
func (s *Server) Select(ctx context.Context, m Message, customID, userID string, values ...string) (Reply, error) {
	return s.use(ctx, m.ChannelID, m.ID, customID, userID, append([]string{}, values...))
}

func (s *Server) use(ctx context.Context, channelID, messageID, customID, userID string, values []string) (Reply, error) {
	in, err := s.startComponent(channelID, messageID, customID, userID, values)
	if err != nil {
		return Reply{}, err
	}
	return s.await(ctx, in)
}

// SubmitModal sends a modal that a reply holds, with the given values by custom id.
func (s *Server) SubmitModal(ctx context.Context, opened Reply, fields map[string]string) (Reply, error) {
	in, err := s.startModal(opened.InteractionID, fields)
	if err != nil {
		return Reply{}, err
	}
	return s.await(ctx, in)
}

// updateGrace is how long a deferred update may take before it counts as the whole
// answer: a bot may acknowledge a button and change nothing.
const updateGrace = 2 * time.Second

// await waits for the answer.
func (s *Server) await(ctx context.Context, in *interaction) (Reply, error) {
	var grace <-chan time.Time
	for {
		s.mu.Lock()
		changed := s.changed
		r, done := s.replyTo(in), in.answer != 0 && !in.pending
		failed, answer := in.failed, in.answer
		s.mu.Unlock()
		switch {
		case failed:
			return r, ErrNoResponse
		case done:
			return r, nil
		case answer == CallbackDeferUpdate && grace == nil:
			grace = time.After(updateGrace)
		}
		select {
		case <-changed:
		case <-grace:
			return r, nil
		case <-s.stop:
			return r, errors.New("the simulated Discord was closed")
		case <-ctx.Done():
			return r, fmt.Errorf("waiting for the answer to %q: %w", in.name, context.Cause(ctx))
		}
	}
}

// replyTo is the answer as it stands. The caller holds mu.
func (s *Server) replyTo(in *interaction) Reply {
	r := Reply{
		InteractionID: in.id, Type: in.answer, Modal: in.modal, Choices: in.choices, Deleted: in.gone,
		Deferred: in.answer == CallbackDeferMessage || in.answer == CallbackDeferUpdate,
	}
	if in.answer != 0 {
		r.Took = in.ackedAt.Sub(in.at)
	}
	if _, m, err := s.original(in); err == nil {
		r.Message = m.clone()
	}
	return r
}

// FollowUps are the messages that a bot sent after its reply.
func (s *Server) FollowUps(r Reply) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	if in := s.calls[r.InteractionID]; in != nil {
		for _, id := range in.follow {
			if m := s.channels[in.channelID].findAny(id); m != nil {
				out = append(out, m.clone())
			}
		}
	}
	return out
}

// startCommand checks a command as Discord's client and server do, and sends it.
func (s *Server) startCommand(run CommandRun, kind int) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.newInteraction(kind, run.ChannelID, run.GuildID, run.UserID)
	if err != nil {
		return nil, err
	}
	path := strings.Fields(run.Name)
	if len(path) == 0 {
		return nil, refused("no command was named")
	}
	cmd := s.lookup(in.guildID, CommandSlash, path[0])
	if cmd == nil {
		return nil, refused("there is no command /%s", path[0])
	}
	in.name = strings.Join(path, " ")
	if run.Locale != "" {
		in.locale = run.Locale
	}
	if !run.Force {
		if err := s.mayUse(cmd, in); err != nil {
			return nil, err
		}
	}
	b := &optionBuilder{s: s, guild: s.guilds[in.guildID], channel: s.channels[in.channelID], run: run, partial: kind == interactionAutocomplete}
	options, err := b.build(cmd, path[1:])
	if err != nil {
		return nil, err
	}
	data := map[string]any{"id": cmd.ID, "name": cmd.Name, "type": cmd.Type, "options": options}
	if cmd.GuildID != "" {
		data["guild_id"] = cmd.GuildID
	}
	if len(b.resolved) > 0 {
		data["resolved"] = b.resolved
	}
	s.start(in, data)
	return in, nil
}

// newInteraction checks who does something where. The caller holds mu.
func (s *Server) newInteraction(kind int, channelID, guildID, userID string) (*interaction, error) {
	ch := s.channels[channelID]
	if ch == nil || (guildID != "" && ch.GuildID != guildID) {
		return nil, refused("there is no such channel")
	}
	if userID == "" {
		userID = s.people[1]
	}
	g, u := s.guilds[ch.GuildID], s.users[userID]
	switch {
	case u == nil || g.members[userID] == nil:
		return nil, refused("that user is no member of %s", g.Name)
	case !s.permissions(ch, userID).Has(ViewChannel):
		return nil, refused("%s cannot see #%s", u.DisplayName(), ch.Name)
	case g.members[s.bot.ID] == nil:
		return nil, refused("%s is not in %s", s.app.Name, g.Name)
	}
	return &interaction{kind: kind, user: u, guildID: g.ID, channelID: ch.ID, locale: "en-US"}, nil
}

// lookup finds a command of a type: a guild's own goes before a global one.
func (s *Server) lookup(guildID string, kind int, name string) *Command {
	if c := s.commandIn(guildID, kind, name); c != nil {
		return c
	}
	return s.commandIn("", kind, name)
}

// mayUse reports why Discord would hide a command from a user.
func (s *Server) mayUse(cmd *Command, in *interaction) error {
	p := s.permissions(s.channels[in.channelID], in.user.ID)
	if !p.Has(UseCommands) {
		return refused("%s may not use commands here", in.user.DisplayName())
	}
	if need := cmd.DefaultMemberPermissions; need != nil && (!p.Has(*need) || (*need == 0 && !p.Has(Administrator))) {
		return refused("%s does not see %s, which needs permissions that they lack", in.user.DisplayName(), cmd.title())
	}
	if len(cmd.Contexts) > 0 && !slices.Contains(cmd.Contexts, 0) {
		return refused("%s is not for servers", cmd.title())
	}
	return nil
}

// startComponent presses a button or chooses in a menu.
func (s *Server) startComponent(channelID, messageID, customID, userID string, values []string) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.newInteraction(interactionComponent, channelID, "", userID)
	if err != nil {
		return nil, err
	}
	m := s.channels[channelID].findAny(messageID)
	if m == nil || (m.Ephemeral() && m.VisibleTo != in.user.ID) {
		return nil, refused("there is no such message")
	}
	c, ok := m.Component(customID)
	switch {
	case !ok:
		return nil, refused("the message has no component %q", customID)
	case c.Disabled:
		return nil, refused("%q is disabled", customID)
	}
	data := map[string]any{"custom_id": customID, "component_type": c.Type, "id": c.ID}
	if c.Type != ComponentButton {
		if err := c.accepts(values); err != nil {
			return nil, err
		}
		data["values"] = values
		if r := s.resolveValues(in, c.Type, values); r != nil {
			data["resolved"] = r
		}
	}
	snapshot := m.clone()
	in.source, in.name = &snapshot, customID
	s.start(in, data)
	return in, nil
}

// accepts checks values against a select menu.
func (c Component) accepts(values []string) error {
	if c.MinValues != nil && len(values) < *c.MinValues || c.MaxValues != nil && len(values) > *c.MaxValues {
		return refused("the menu does not take %d values", len(values))
	}
	if c.Type != ComponentStringSelect {
		return nil
	}
	for i, v := range values {
		switch {
		case !slices.ContainsFunc(c.Options, func(o SelectOption) bool { return o.Value == v }):
			return refused("the menu has no option %q", v)
		case slices.Contains(values[:i], v):
			return refused("the option %q is chosen twice", v)
		}
	}
	return nil
}

// startModal submits a modal.
func (s *Server) startModal(interactionID string, fields map[string]string) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	opened := s.calls[interactionID]
	if opened == nil || opened.modal == nil {
		return nil, refused("there is no such form")
	}
	in, err := s.newInteraction(interactionModal, opened.channelID, "", opened.user.ID)
	if err != nil {
		return nil, err
	}
	rows := []any{}
	for _, row := range opened.modal.Components {
		inputs := []any{}
		for _, c := range row.Components {
			v := fields[c.CustomID]
			if err := c.acceptsText(v); err != nil {
				return nil, err
			}
			inputs = append(inputs, map[string]any{"type": c.Type, "id": c.ID, "custom_id": c.CustomID, "value": v})
		}
		rows = append(rows, map[string]any{"type": row.Type, "id": row.ID, "components": inputs})
	}
	in.opened, in.source, in.name = opened, opened.source, opened.modal.CustomID
	s.start(in, map[string]any{"custom_id": opened.modal.CustomID, "components": rows})
	return in, nil
}

func (c Component) acceptsText(v string) error {
	n := len([]rune(v))
	switch {
	case n == 0 && c.Required != nil && !*c.Required:
		return nil
	case n == 0:
		return refused("%s must be filled in", c.Label)
	case c.MinLength != nil && n < *c.MinLength:
		return refused("%s must have at least %d characters", c.Label, *c.MinLength)
	case c.MaxLength != nil && n > *c.MaxLength:
		return refused("%s must have at most %d characters", c.Label, *c.MaxLength)
	}
	return nil
}
