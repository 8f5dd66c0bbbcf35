package bot

import (
	"math"
	"strings"
	"sync/atomic"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// request is what a person asked with a slash command, a component or a
// half-typed option. Its readers never fail: what is absent, or of another type
// than expected, is the zero value.
type request struct {
	Guild   news.GuildID
	Channel news.ChannelID
	User    news.UserID
	Admin   bool   // may manage the server
	Locale  string // of the server, "" where not told

	Name   string   // of the command with its subcommand, such as "feeds add", or the component's verb
	Args   []string // of a component: what follows its verb
	Values []string // chosen in a select menu
	Own    bool     // of a component: the message is only for, or was asked for by, this person

	OnMessage bool               // a command of a message's menu
	Message   *discordgo.Message // that message, or the one of ours that a component stands under; nil where not told

	Focused string // the option being typed
	Typed   string // what is typed of it

	options  map[string]*discordgo.ApplicationCommandInteractionDataOption
	attached map[string]*discordgo.MessageAttachment // by id

	step atomic.Pointer[string] // how far the handler has got, in words not shown yet
}

// progress tells the person, who is waiting for a slow handler, how far it has
// got. It never waits: what comes too fast is left out.
func (r *request) progress(text string) { r.step.Store(&text) }

// attachment is a file that a person sent along.
type attachment struct {
	Name string
	URL  string
	Size int // bytes
}

// attachment returns the file of an option; one without an address is none.
func (r *request) attachment(name string) attachment {
	a := r.attached[r.text(name)]
	if a == nil {
		return attachment{}
	}
	return attachment{Name: a.Filename, URL: a.URL, Size: a.Size}
}

// maxOptionText bounds a text option in bytes, whatever Discord lets through.
const maxOptionText = 4096

func (r *request) text(name string) string {
	o := r.options[name]
	if o == nil {
		return ""
	}
	s, _ := o.Value.(string)
	if len(s) > maxOptionText {
		s = strings.ToValidUTF8(s[:maxOptionText], "")
	}
	return strings.TrimSpace(s)
}

// number returns an option within bounds, or the fallback.
func (r *request) number(name string, fallback, low, high int) int {
	o := r.options[name]
	if o == nil {
		return fallback
	}
	f, ok := o.Value.(float64)
	if !ok || math.IsNaN(f) {
		return fallback
	}
	return int(min(max(f, float64(low)), float64(high)))
}

func (r *request) flag(name string) bool {
	o := r.options[name]
	if o == nil {
		return false
	}
	b, _ := o.Value.(bool)
	return b
}

// given reports whether a person gave an option at all.
func (r *request) given(name string) bool { return r.options[name] != nil }

func (r *request) channel(name string) news.ChannelID {
	id, _ := news.ParseID[news.ChannelID](r.text(name))
	return id
}

func (r *request) role(name string) news.RoleID {
	id, _ := news.ParseID[news.RoleID](r.text(name))
	return id
}

// arg returns a component's n-th argument.
func (r *request) arg(n int) string {
	if n >= len(r.Args) {
		return ""
	}
	return r.Args[n]
}

// count returns a component's n-th argument as a number within bounds.
func (r *request) count(n, low, high int) int {
	v := 0
	for _, c := range r.arg(n) {
		if c < '0' || c > '9' || v > high {
			break
		}
		v = v*10 + int(c-'0')
	}
	return min(max(v, low), high)
}

// chosen returns the id picked in a select menu, or named by a button.
func (r *request) chosen() string {
	if len(r.Values) > 0 {
		return r.Values[0]
	}
	return r.arg(0)
}

// readRequest reads an interaction. The key names its route; it is "" for what
// the bot has no use for.
func readRequest(i *discordgo.Interaction) (r *request, key string) {
	r = &request{}
	r.Guild, _ = news.ParseID[news.GuildID](i.GuildID)
	r.Channel, _ = news.ParseID[news.ChannelID](i.ChannelID)
	if i.GuildLocale != nil {
		r.Locale = string(*i.GuildLocale)
	}
	if m := i.Member; m != nil {
		const admin = discordgo.PermissionManageGuild | discordgo.PermissionAdministrator
		r.Admin = m.Permissions&admin != 0
		if m.User != nil {
			r.User, _ = news.ParseID[news.UserID](m.User.ID)
		}
	}
	switch data := i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		r.Name = data.Name
		r.OnMessage = data.CommandType == discordgo.MessageApplicationCommand
		if data.Resolved != nil {
			r.attached = data.Resolved.Attachments
			r.Message = data.Resolved.Messages[data.TargetID]
		}
		options := data.Options
		for len(options) == 1 && options[0] != nil && isSubcommand(options[0].Type) {
			r.Name += " " + options[0].Name
			options = options[0].Options
		}
		r.options = make(map[string]*discordgo.ApplicationCommandInteractionDataOption, len(options))
		for _, o := range options {
			if o == nil {
				continue
			}
			r.options[o.Name] = o
			if o.Focused {
				r.Focused, r.Typed = o.Name, r.text(o.Name)
			}
		}
	case discordgo.MessageComponentInteractionData:
		verb, args, found := strings.Cut(data.CustomID, ":")
		r.Name, r.Values = verb, data.Values
		if found {
			r.Args = strings.Split(args, ":")
		}
		r.Own, r.Message = ownMessage(i, r.User), i.Message // Discord offers components only of the bot's own messages
	}
	return r, r.Name
}

func isSubcommand(t discordgo.ApplicationCommandOptionType) bool {
	return t == discordgo.ApplicationCommandOptionSubCommand || t == discordgo.ApplicationCommandOptionSubCommandGroup
}

// ownMessage reports whether changing the message would change it for nobody but
// the person who asked for it.
func ownMessage(i *discordgo.Interaction, user news.UserID) bool {
	m := i.Message
	if m == nil || m.Flags&discordgo.MessageFlagsEphemeral != 0 {
		return true
	}
	if m.InteractionMetadata != nil && m.InteractionMetadata.User != nil {
		return m.InteractionMetadata.User.ID == user.String()
	}
	return false
}
