package discordsim

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// optionBuilder turns what a person typed into the options of an interaction. The
// server's mu is held meanwhile.
type optionBuilder struct {
	s        *Server
	guild    *guild
	channel  *channel
	run      CommandRun
	partial  bool // for autocomplete: required options may still be missing
	resolved map[string]map[string]any
}

// descend finds the options below a command's path of subcommands.
func descend(cmd *Command, path []string) (nested []Option, leaf []Option, err error) {
	leaf = cmd.Options
	for _, name := range path {
		i := slices.IndexFunc(leaf, func(o Option) bool {
			return o.Name == name && (o.Type == OptionSubcommand || o.Type == OptionGroup)
		})
		if i < 0 {
			return nil, nil, refused("/%s has no %q", cmd.Name, name)
		}
		nested = append(nested, leaf[i])
		leaf = leaf[i].Options
	}
	if len(leaf) > 0 && (leaf[0].Type == OptionSubcommand || leaf[0].Type == OptionGroup) {
		return nil, nil, refused("/%s needs a subcommand", strings.TrimSpace(cmd.Name+" "+strings.Join(path, " ")))
	}
	return nested, leaf, nil
}

// build returns the interaction's options, nested as the command is.
func (b *optionBuilder) build(cmd *Command, path []string) ([]map[string]any, error) {
	nested, leaf, err := descend(cmd, path)
	if err != nil {
		return nil, err
	}
	for name := range b.run.Options {
		if !slices.ContainsFunc(leaf, func(o Option) bool { return o.Name == name }) {
			return nil, refused("/%s has no option %q", b.run.Name, name)
		}
	}
	out := []map[string]any{}
	for _, o := range leaf {
		v, given := b.run.Options[o.Name]
		focused := b.partial && b.run.Focused == o.Name
		switch {
		case focused && !o.Autocomplete:
			return nil, refused("%q has no autocomplete", o.Name)
		case focused:
			if v == nil {
				v = ""
			}
			// What is being typed is sent as it stands.
			out = append(out, map[string]any{"name": o.Name, "type": o.Type, "value": fmt.Sprint(v), "focused": true})
			continue
		case !given && o.Required && !b.partial:
			return nil, refused("/%s needs the option %q", b.run.Name, o.Name)
		case !given:
			continue
		}
		value, err := b.value(o, v)
		if err != nil {
			if b.partial {
				continue
			}
			return nil, err
		}
		out = append(out, map[string]any{"name": o.Name, "type": o.Type, "value": value})
	}
	for _, o := range slices.Backward(nested) {
		out = []map[string]any{{"name": o.Name, "type": o.Type, "options": out}}
	}
	return out, nil
}

// value converts and checks one option's value.
func (b *optionBuilder) value(o Option, v any) (any, error) {
	if o.Type == OptionAttachment {
		return b.attachment(o, v)
	}
	text := fmt.Sprint(v)
	switch o.Type {
	case OptionString:
		n := utf8.RuneCountInString(text)
		switch {
		case n == 0:
			return nil, refused("%s must not be empty", o.Name)
		case n > 6000 || (o.MaxLength != nil && n > *o.MaxLength):
			return nil, refused("%s is too long", o.Name)
		case o.MinLength != nil && n < *o.MinLength:
			return nil, refused("%s is too short", o.Name)
		}
		return choose(o, text, text)
	case OptionInteger, OptionNumber:
		f, err := strconv.ParseFloat(text, 64)
		switch {
		case err != nil, o.Type == OptionInteger && f != math.Trunc(f):
			return nil, refused("%s must be a number", o.Name)
		case o.MinValue != nil && f < *o.MinValue:
			return nil, refused("%s must be at least %v", o.Name, *o.MinValue)
		case o.MaxValue != nil && f > *o.MaxValue:
			return nil, refused("%s must be at most %v", o.Name, *o.MaxValue)
		}
		if o.Type == OptionInteger {
			return choose(o, text, int64(f))
		}
		return choose(o, text, f)
	case OptionBoolean:
		on, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return nil, refused("%s must be True or False", o.Name)
		}
		return on, nil
	case OptionChannel:
		return b.channelID(o, text)
	case OptionRole:
		return b.roleID(o, text)
	case OptionUser:
		return b.userID(o, text)
	case OptionMentionable:
		if id, err := b.roleID(o, text); err == nil {
			return id, nil
		}
		return b.userID(o, text)
	}
	return nil, refused("%s cannot be given here", o.Name)
}

// choose checks a value against the option's choices, by value or by name.
func choose(o Option, text string, v any) (any, error) {
	if len(o.Choices) == 0 {
		return v, nil
	}
	for _, c := range o.Choices {
		if fmt.Sprint(c.Value) == text || c.Name == text {
			return c.Value, nil
		}
	}
	return nil, refused("%q is none of the choices of %s", text, o.Name)
}

var mentionForm = regexp.MustCompile(`^<[#@][&!]?(\d+)>$`)

// bare removes a mention's brackets.
func bare(text string) string {
	if m := mentionForm.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

func (b *optionBuilder) resolve(kind, id string, v any) {
	if b.resolved == nil {
		b.resolved = map[string]map[string]any{}
	}
	if b.resolved[kind] == nil {
		b.resolved[kind] = map[string]any{}
	}
	b.resolved[kind][id] = v
}

func (b *optionBuilder) channelID(o Option, text string) (string, error) {
	text = bare(text)
	for _, id := range b.guild.channels {
		ch := b.s.channels[id]
		if id != text && ch.Name != strings.TrimPrefix(text, "#") {
			continue
		}
		if len(o.ChannelTypes) > 0 && !slices.Contains(o.ChannelTypes, ch.Type) {
			return "", refused("#%s is not of a kind that %s takes", ch.Name, o.Name)
		}
		b.resolve("channels", id, map[string]any{
			"id": id, "name": ch.Name, "type": ch.Type, "permissions": b.s.permissions(ch, b.userIDOfRun()),
			"guild_id": ch.GuildID, "parent_id": ch.ParentID, "topic": ch.Topic, "position": ch.Position,
			"nsfw": ch.NSFW, "flags": ch.Flags, "last_message_id": ch.LastMessageID, "rate_limit_per_user": ch.RateLimitPerUser,
		})
		return id, nil
	}
	return "", refused("there is no channel %s", text)
}

func (b *optionBuilder) userIDOfRun() string {
	if b.run.UserID != "" {
		return b.run.UserID
	}
	return b.s.people[1]
}

func (b *optionBuilder) roleID(_ Option, text string) (string, error) {
	text = bare(text)
	for _, r := range b.guild.sortedRoles() {
		if r.ID == text || r.Name == text || r.Name == strings.TrimPrefix(text, "@") {
			b.resolve("roles", r.ID, r)
			return r.ID, nil
		}
	}
	return "", refused("there is no role %s", text)
}

func (b *optionBuilder) userID(_ Option, text string) (string, error) {
	text = strings.TrimPrefix(bare(text), "@")
	for _, m := range b.guild.sortedMembers() {
		if m.User.ID == text || m.User.Username == text || m.User.DisplayName() == text {
			b.resolve("users", m.User.ID, *m.User)
			b.resolve("members", m.User.ID, partialMember(m, b.s.permissions(b.channel, m.User.ID)))
			return m.User.ID, nil
		}
	}
	return "", refused("there is no user %s", text)
}

// partialMember lacks what Discord leaves out of resolved members: the user, deaf
// and mute.
func partialMember(m Member, p Permissions) map[string]any {
	return map[string]any{
		"nick": m.Nick, "avatar": m.Avatar, "banner": m.Banner, "roles": m.Roles, "joined_at": m.JoinedAt, "premium_since": nil,
		"communication_disabled_until": nil, "pending": false, "flags": 0, "permissions": p,
	}
}

// resolveValues describes what was chosen in a menu of channels, roles or users.
func (s *Server) resolveValues(in *interaction, kind int, values []string) map[string]map[string]any {
	b := &optionBuilder{s: s, guild: s.guilds[in.guildID], channel: s.channels[in.channelID], run: CommandRun{UserID: in.user.ID}}
	for _, v := range values {
		switch kind {
		case ComponentChannelSelect:
			b.channelID(Option{}, v)
		case ComponentRoleSelect:
			b.roleID(Option{}, v)
		case ComponentUserSelect, ComponentMentionableSelect:
			if _, err := b.userID(Option{}, v); err != nil && kind == ComponentMentionableSelect {
				b.roleID(Option{}, v)
			}
		}
	}
	return b.resolved
}

// ParseCommand reads a line as a person types it into Discord's message box, such as
//
//	/subscribe query:xiaomi (us OR "united states") channel:#phones role:@News
//
// against the registered commands. A word that is an option's name and a colon
// begins that option; everything up to the next one is its value. A command with
// one required option takes a text without names as that option.
func (s *Server) ParseCommand(channelID, line string) (CommandRun, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run := CommandRun{ChannelID: channelID, Options: map[string]any{}}
	ch := s.channels[channelID]
	if ch == nil {
		return run, refused("there is no such channel")
	}
	run.GuildID = ch.GuildID
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "/")
	if !ok {
		return run, refused("a command begins with /")
	}
	name, rest, _ := strings.Cut(rest, " ")
	cmd := s.lookup(ch.GuildID, CommandSlash, name)
	if cmd == nil {
		return run, refused("there is no command /%s", name)
	}
	run.Name = name
	leaf := cmd.Options
	for {
		word, more, _ := strings.Cut(strings.TrimSpace(rest), " ")
		i := slices.IndexFunc(leaf, func(o Option) bool {
			return o.Name == word && (o.Type == OptionSubcommand || o.Type == OptionGroup)
		})
		if i < 0 {
			break
		}
		run.Name += " " + word
		leaf, rest = leaf[i].Options, more
	}
	return run, fillOptions(run.Options, leaf, rest)
}

// fillOptions splits a text at the names of options.
func fillOptions(out map[string]any, leaf []Option, text string) error {
	leaf = slices.DeleteFunc(slices.Clone(leaf), func(o Option) bool { return o.Type == OptionSubcommand || o.Type == OptionGroup })
	if strings.TrimSpace(text) == "" || len(leaf) == 0 {
		if strings.TrimSpace(text) != "" {
			return refused("the command takes no options, but %q was given", strings.TrimSpace(text))
		}
		return nil
	}
	names := make([]string, len(leaf))
	for i, o := range leaf {
		names[i] = regexp.QuoteMeta(o.Name)
	}
	starts := regexp.MustCompile(`(?:^|\s)(`+strings.Join(names, "|")+`):`).FindAllStringSubmatchIndex(text, -1)
	if len(starts) == 0 || strings.TrimSpace(text[:starts[0][0]]) != "" {
		i := slices.IndexFunc(leaf, func(o Option) bool { return o.Required })
		if i < 0 || len(starts) > 0 {
			return refused("%q belongs to no option", strings.TrimSpace(text))
		}
		out[leaf[i].Name] = strings.TrimSpace(text)
		return nil
	}
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		out[text[at[2]:at[3]]] = strings.TrimSpace(text[at[1]:end])
	}
	return nil
}
