package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tidings/internal/news"
)

// postPermissions are what the bot needs in a channel to post there.
const postPermissions = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages | discordgo.PermissionEmbedLinks

// permissionNames are the words of Discord's own settings.
var permissionNames = []struct {
	bit  int64
	name string
}{
	{discordgo.PermissionViewChannel, "View Channel"},
	{discordgo.PermissionSendMessages, "Send Messages"},
	{discordgo.PermissionEmbedLinks, "Embed Links"},
}

// access is what a member's permissions in a channel are reckoned from.
type access struct {
	guild   string
	owner   string
	user    string
	member  []string // ids of the member's roles
	roles   []*discordgo.Role
	channel *discordgo.Channel
}

// permissions follows
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func (a access) permissions() int64 {
	const all = ^int64(0)
	if a.owner != "" && a.user == a.owner {
		return all
	}
	has := make(map[string]bool, len(a.member)+1)
	has[a.guild] = true // @everyone is the role with the server's id
	for _, id := range a.member {
		has[id] = true
	}
	var p int64
	for _, r := range a.roles {
		if has[r.ID] {
			p |= r.Permissions
		}
	}
	if p&discordgo.PermissionAdministrator != 0 {
		return all
	}
	var allow, deny int64
	for _, o := range a.channel.PermissionOverwrites {
		if o.ID == a.guild {
			p = p&^o.Deny | o.Allow
		} else if o.Type == discordgo.PermissionOverwriteTypeRole && has[o.ID] {
			allow |= o.Allow
			deny |= o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range a.channel.PermissionOverwrites {
		if o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == a.user {
			p = p&^o.Deny | o.Allow
		}
	}
	return p
}

// role returns the server's role with the id, or nil.
func (a access) role(id news.RoleID) *discordgo.Role {
	for _, r := range a.roles {
		if r.ID == id.String() {
			return r
		}
	}
	return nil
}

// access looks up the bot's own standing in a channel: in what the gateway told
// where that suffices for the permissions wanted, and otherwise by asking, since
// what the gateway told may be behind.
func (b *Bot) access(ctx context.Context, guild news.GuildID, channel news.ChannelID, wanted int64) (access, error) {
	id, err := b.Identity(ctx)
	if err != nil {
		return access{}, err
	}
	if a, ok := b.cachedAccess(guild, channel, id.User); ok && a.permissions()&wanted == wanted {
		return a, nil
	}
	c, err := b.rest.channel(ctx, channel)
	if err != nil {
		return access{}, err
	}
	roles, err := b.rest.roles(ctx, guild)
	if err != nil {
		return access{}, err
	}
	member, err := b.rest.member(ctx, guild, id.User)
	if err != nil {
		return access{}, err
	}
	return access{guild: guild.String(), user: id.User, member: member.Roles, roles: roles, channel: c}, nil
}

func (b *Bot) cachedAccess(guild news.GuildID, channel news.ChannelID, user string) (access, bool) {
	g, err := b.state.Guild(guild.String())
	if err != nil {
		return access{}, false
	}
	b.state.RLock()
	defer b.state.RUnlock()
	a := access{guild: g.ID, owner: g.OwnerID, user: user}
	for _, r := range g.Roles {
		role := *r
		a.roles = append(a.roles, &role)
	}
	for _, c := range g.Channels {
		if c.ID == channel.String() {
			copied := *c
			copied.PermissionOverwrites = append([]*discordgo.PermissionOverwrite(nil), c.PermissionOverwrites...)
			a.channel = &copied
		}
	}
	for _, m := range g.Members {
		if m.User != nil && m.User.ID == user {
			a.member = append([]string(nil), m.Roles...)
			return a, a.channel != nil
		}
	}
	return access{}, false
}

// CheckChannel reports whether the bot can post in a channel, and mention a role
// there unless it is 0. The error is a *news.UserError that says what is missing
// and what to do.
func (b *Bot) CheckChannel(ctx context.Context, guild news.GuildID, channel news.ChannelID, role news.RoleID) error {
	a, err := b.access(ctx, guild, channel, postPermissions)
	switch {
	case hasCode(err, codeUnknownChannel):
		return news.Userf("That channel is gone. Choose another channel.")
	case hasCode(err, codeMissingAccess):
		return news.Userf("I can't post in <#%v>: I lack *View Channel* there. Grant it to the Tidings role, or choose another channel.", channel)
	case err != nil:
		return fmt.Errorf("look up the permissions in channel %v: %w", channel, err)
	case a.channel.GuildID != "" && a.channel.GuildID != guild.String():
		return news.Userf("That channel belongs to another server. Choose one of this server.")
	case a.channel.Type != discordgo.ChannelTypeGuildText && a.channel.Type != discordgo.ChannelTypeGuildNews:
		return news.Userf("I post in text and announcement channels only, and <#%v> is neither. Choose another channel.", channel)
	}
	if lacking := missingNames(a.permissions()); lacking != "" {
		return news.Userf("I can't post in <#%v>: I lack %s there. Grant it to the Tidings role, or choose another channel.", channel, lacking)
	}
	if role == 0 {
		return nil
	}
	if role.String() == a.guild {
		return news.Userf("I don't mention everyone. Choose a role that people can leave, or no role.")
	}
	r := a.role(role)
	if r == nil {
		return news.Userf("That role is gone. Choose another role, or none.")
	}
	if !r.Mentionable && a.permissions()&discordgo.PermissionMentionEveryone == 0 {
		return news.Userf("I can't mention <@&%v> in <#%v>. Allow anyone to mention that role in its settings, or choose none.", role, channel)
	}
	return nil
}

// missingNames lists what a post needs and the permissions lack, or "".
func missingNames(have int64) string {
	var names []string
	for _, p := range permissionNames {
		if have&p.bit == 0 {
			names = append(names, "*"+p.name+"*")
		}
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// Discord's error codes that are treated by name.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const (
	codeUnknownChannel     = 10003
	codeUnknownGuild       = 10004
	codeUnknownMessage     = 10008
	codeUnknownInteraction = 10062
	codeAcknowledged       = 40060
	codeMissingAccess      = 50001
	codeNotATextChannel    = 50008
	codeMissingPermissions = 50013
	codeWrongChannelType   = 50024
	codeInvalidToken       = 50027 // of an interaction, past its fifteen minutes
	codeInvalidForm        = 50035
	codeBlockedByAutoMod   = 200000
)
