package discordsim

import "slices"

// Permission bits, https://discord.com/developers/docs/topics/permissions.
const (
	Administrator      Permissions = 1 << 3
	ManageChannels     Permissions = 1 << 4
	ManageGuild        Permissions = 1 << 5
	ViewChannel        Permissions = 1 << 10
	SendMessages       Permissions = 1 << 11
	ManageMessages     Permissions = 1 << 13
	EmbedLinks         Permissions = 1 << 14
	AttachFiles        Permissions = 1 << 15
	ReadMessageHistory Permissions = 1 << 16
	MentionEveryone    Permissions = 1 << 17
	UseCommands        Permissions = 1 << 31

	// AllPermissions is what owners and administrators have.
	AllPermissions Permissions = 1<<53 - 1

	// EveryonePermissions is what a new guild's @everyone has, as far as text
	// channels go.
	EveryonePermissions = ViewChannel | SendMessages | EmbedLinks | AttachFiles | ReadMessageHistory | UseCommands
)

// permissions are a member's permissions before any channel's overwrites:
// @everyone's and their roles'. Owners and administrators have all.
func (g *guild) permissions(userID string) Permissions {
	if g.OwnerID == userID {
		return AllPermissions
	}
	m := g.members[userID]
	if m == nil {
		return 0
	}
	p := g.roles[g.ID].Permissions
	for _, id := range m.roles {
		if r := g.roles[id]; r != nil {
			p |= r.Permissions
		}
	}
	if p&Administrator != 0 {
		return AllPermissions
	}
	return p
}

// permissions are a member's permissions in a channel, in the order that Discord
// documents: base, then @everyone's overwrite, the roles' together, the member's
// own. Whoever cannot see a channel, or write in it, loses what depends on that.
func (s *Server) permissions(ch *channel, userID string) Permissions {
	g := s.guilds[ch.GuildID]
	if g == nil || (g.OwnerID != userID && g.members[userID] == nil) {
		return 0
	}
	p := g.permissions(userID)
	if p&Administrator != 0 {
		return AllPermissions
	}
	apply := func(allow, deny Permissions) { p = p&^deny | allow }

	var roleAllow, roleDeny, ownAllow, ownDeny Permissions
	for _, o := range ch.Overwrites {
		switch {
		case o.Type == OverwriteRole && o.ID == g.ID:
			apply(o.Allow, o.Deny)
		case o.Type == OverwriteRole && slices.Contains(g.members[userID].roles, o.ID):
			roleAllow |= o.Allow
			roleDeny |= o.Deny
		case o.Type == OverwriteMember && o.ID == userID:
			ownAllow, ownDeny = o.Allow, o.Deny
		}
	}
	apply(roleAllow, roleDeny)
	apply(ownAllow, ownDeny)

	if p&ViewChannel == 0 {
		return 0
	}
	if p&SendMessages == 0 {
		p &^= MentionEveryone | EmbedLinks | AttachFiles
	}
	return p
}

// visible reports whether the bot sees a channel.
func (s *Server) visible(ch *channel) bool {
	return s.permissions(ch, s.bot.ID).Has(ViewChannel)
}
