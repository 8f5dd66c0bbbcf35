package discordsim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Guild is what a test or the page wants to know about a server.
type Guild struct {
	ID       string
	Name     string
	OwnerID  string
	Locale   string
	IconText string
}

// guild is a Guild and everything in it.
type guild struct {
	Guild
	roles    map[string]*Role
	members  map[string]*member
	channels []string // ids in order of creation
	joined   Timestamp
}

type member struct {
	user   *User
	nick   string
	roles  []string
	joined Timestamp
}

// channel is a Channel and its messages, oldest first.
type channel struct {
	Channel
	messages []*Message
	nonces   map[string]nonce
}

func (s *Server) addUser(id, name, display string) *User {
	u := &User{ID: id, Username: name, GlobalName: &display, Discriminator: "0"}
	s.users[id] = u
	return u
}

// Bot is the application's bot user.
func (s *Server) Bot() User { return *s.bot }

// ApplicationID is the application's id.
func (s *Server) ApplicationID() string { return s.app.ID }

// Owner is the person who owns every guild.
func (s *Server) Owner() User { return s.person(0) }

// Admin is the person who may manage every guild (Manage Server), without being an
// administrator.
func (s *Server) Admin() User { return s.person(1) }

// Member is an ordinary member of every guild.
func (s *Server) Member() User { return s.person(2) }

func (s *Server) person(i int) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.users[s.people[i]]
}

// GuildSpec describes a guild to add.
type GuildSpec struct {
	Name     string
	Locale   string // "en-US" by default
	IconText string // what the page shows as the server's icon; the initials by default

	// WithoutBot leaves the bot out; AddBot lets it in.
	WithoutBot bool
}

// AddGuild makes a guild with the three people in it, a role "Moderators" with
// Manage Server for the admin, and no channels. The bot joins with a role of its
// own and hears of it.
func (s *Server) AddGuild(spec GuildSpec) Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec.Locale == "" {
		spec.Locale = "en-US"
	}
	if spec.IconText == "" {
		for _, w := range strings.Fields(spec.Name) {
			spec.IconText += string([]rune(w)[:1])
		}
	}
	id := s.ids.next()
	g := &guild{
		Guild:   Guild{ID: id, Name: spec.Name, OwnerID: s.people[0], Locale: spec.Locale, IconText: spec.IconText},
		roles:   map[string]*Role{id: {ID: id, Name: "@everyone", Permissions: EveryonePermissions}},
		members: map[string]*member{},
	}
	s.guilds[id] = g
	s.order = append(s.order, id)
	for _, u := range s.people {
		g.members[u] = &member{user: s.users[u], joined: Timestamp{s.now()}}
	}
	mods := s.addRole(g, RoleSpec{Name: "Moderators", Permissions: ManageGuild | ManageMessages, Color: 0x5865f2})
	g.members[s.people[1]].roles = []string{mods.ID}
	if !spec.WithoutBot {
		s.addBot(g)
	}
	return g.Guild
}

// addBot lets the bot into a guild and tells everyone.
func (s *Server) addBot(g *guild) {
	r := s.addRole(g, RoleSpec{Name: s.app.Name, Permissions: s.cfg.BotPermissions})
	r.Managed, r.Tags = true, &RoleTags{BotID: s.bot.ID}
	g.joined = Timestamp{s.now()}
	g.members[s.bot.ID] = &member{user: s.bot, roles: []string{r.ID}, joined: g.joined}
	s.dispatch(g.ID, "GUILD_CREATE", intentGuilds, s.guildCreate(g))
	s.hub.publish("guild_create", s.clientGuild(g), "")
	s.touch()
}

// AddBot lets the bot into a guild that it is not in.
func (s *Server) AddBot(guildID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	switch {
	case g == nil:
		return fmt.Errorf("no guild %s", guildID)
	case g.members[s.bot.ID] != nil:
		return fmt.Errorf("the bot is in guild %s already", guildID)
	}
	s.addBot(g)
	return nil
}

// RemoveBot throws the bot out of a guild. Its role goes, and so do the commands
// that it registered there.
func (s *Server) RemoveBot(guildID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	if g == nil || g.members[s.bot.ID] == nil {
		return fmt.Errorf("the bot is not in guild %s", guildID)
	}
	for _, id := range g.members[s.bot.ID].roles {
		if g.roles[id].Managed {
			delete(g.roles, id)
		}
	}
	delete(g.members, s.bot.ID)
	delete(s.commands, guildID)
	s.dispatch(guildID, "GUILD_DELETE", intentGuilds, map[string]any{"id": guildID})
	s.hub.publish("guild_delete", map[string]any{"id": guildID}, "")
	s.touch()
	return nil
}

// SetOutage makes a guild unavailable to the bot, as Discord does when its own
// servers fail, or available again.
func (s *Server) SetOutage(guildID string, out bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	if out {
		s.dispatch(guildID, "GUILD_DELETE", intentGuilds, map[string]any{"id": guildID, "unavailable": true})
	} else {
		s.dispatch(g.ID, "GUILD_CREATE", intentGuilds, s.guildCreate(g))
	}
}

// RoleSpec describes a role to add.
type RoleSpec struct {
	Name        string
	Permissions Permissions
	Color       int
	Mentionable bool
}

// AddRole makes a role above those that are there.
func (s *Server) AddRole(guildID string, spec RoleSpec) Role {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	r := s.addRole(g, spec)
	s.dispatch(g.ID, "GUILD_ROLE_CREATE", intentGuilds, map[string]any{"guild_id": g.ID, "role": r})
	return *r
}

// RemoveRole deletes a role and takes it from everyone.
func (s *Server) RemoveRole(guildID, roleID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	if g == nil || g.roles[roleID] == nil || roleID == guildID {
		return fmt.Errorf("no role %s in guild %s", roleID, guildID)
	}
	delete(g.roles, roleID)
	for _, m := range g.members {
		m.roles = slices.DeleteFunc(slices.Clone(m.roles), func(id string) bool { return id == roleID })
	}
	s.dispatch(g.ID, "GUILD_ROLE_DELETE", intentGuilds, map[string]any{"guild_id": g.ID, "role_id": roleID})
	return nil
}

// SetRolePermissions changes what a role grants; the role whose id is the guild's is
// @everyone.
func (s *Server) SetRolePermissions(guildID, roleID string, p Permissions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	if g == nil || g.roles[roleID] == nil {
		return fmt.Errorf("no role %s in guild %s", roleID, guildID)
	}
	g.roles[roleID].Permissions = p
	s.dispatch(g.ID, "GUILD_ROLE_UPDATE", intentGuilds, map[string]any{"guild_id": g.ID, "role": g.roles[roleID]})
	return nil
}

func (s *Server) addRole(g *guild, spec RoleSpec) *Role {
	r := &Role{
		ID: s.ids.next(), Name: spec.Name, Permissions: spec.Permissions, Position: len(g.roles),
		Color: spec.Color, Colors: RoleColors{Primary: spec.Color}, Mentionable: spec.Mentionable,
	}
	g.roles[r.ID] = r
	return r
}

// MemberSpec describes a person to add.
type MemberSpec struct {
	Username string
	Name     string   // shown; the user name by default
	RoleIDs  []string // of the guild
}

// AddMember makes a new person, in one guild.
func (s *Server) AddMember(guildID string, spec MemberSpec) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec.Name == "" {
		spec.Name = spec.Username
	}
	u := s.addUser(s.ids.next(), spec.Username, spec.Name)
	s.people = append(s.people, u.ID)
	s.guilds[guildID].members[u.ID] = &member{user: u, roles: spec.RoleIDs, joined: Timestamp{s.now()}}
	return *u
}

// ChannelSpec describes a channel to add.
type ChannelSpec struct {
	Name       string
	Type       int // ChannelText by default
	Topic      string
	Overwrites []Overwrite
}

// AddChannel makes a channel below those that are there.
func (s *Server) AddChannel(guildID string, spec ChannelSpec) Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guildID]
	ch := &channel{
		Channel: Channel{
			ID: s.ids.next(), Type: spec.Type, GuildID: guildID, Name: spec.Name,
			Position: len(g.channels), Overwrites: append([]Overwrite{}, spec.Overwrites...),
		},
		nonces: map[string]nonce{},
	}
	if spec.Topic != "" {
		ch.Topic = &spec.Topic
	}
	s.channels[ch.ID] = ch
	g.channels = append(g.channels, ch.ID)
	s.dispatchChannel("CHANNEL_CREATE", ch)
	s.hub.publish("channel_create", clientChannel(ch), "")
	s.touch()
	return ch.Channel
}

// RemoveChannel deletes a channel with its messages.
func (s *Server) RemoveChannel(channelID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channelID]
	if ch == nil {
		return fmt.Errorf("no channel %s", channelID)
	}
	s.dispatchChannel("CHANNEL_DELETE", ch)
	delete(s.channels, channelID)
	g := s.guilds[ch.GuildID]
	g.channels = slices.DeleteFunc(g.channels, func(id string) bool { return id == channelID })
	s.hub.publish("channel_delete", clientChannel(ch), "")
	s.touch()
	return nil
}

// SetOverwrite sets, or with neither allow nor deny removes, a channel's overwrite
// for a role or a member.
func (s *Server) SetOverwrite(channelID string, o Overwrite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channelID]
	if ch == nil {
		return fmt.Errorf("no channel %s", channelID)
	}
	was := s.visible(ch)
	ch.Overwrites = slices.DeleteFunc(slices.Clone(ch.Overwrites), func(x Overwrite) bool { return x.ID == o.ID })
	if o.Allow != 0 || o.Deny != 0 {
		ch.Overwrites = append(ch.Overwrites, o)
	}
	if was || s.visible(ch) {
		s.dispatch(ch.GuildID, "CHANNEL_UPDATE", intentGuilds, ch.Channel)
	}
	return nil
}

// DenyBot takes permissions from the bot in one channel; 0 gives them back.
func (s *Server) DenyBot(channelID string, deny Permissions) error {
	return s.SetOverwrite(channelID, Overwrite{ID: s.bot.ID, Type: OverwriteMember, Deny: deny})
}

// GuildNamed finds a guild by name.
func (s *Server) GuildNamed(name string) (Guild, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		if s.guilds[id].Name == name {
			return s.guilds[id].Guild, true
		}
	}
	return Guild{}, false
}

// Guilds lists the guilds, with or without the bot.
func (s *Server) Guilds() []Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Guild, len(s.order))
	for i, id := range s.order {
		out[i] = s.guilds[id].Guild
	}
	return out
}

// ChannelNamed finds a guild's channel by name, with or without #.
func (s *Server) ChannelNamed(guildID, name string) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.guilds[guildID]; g != nil {
		for _, id := range g.channels {
			if ch := s.channels[id]; ch.Name == strings.TrimPrefix(name, "#") {
				return ch.Channel, true
			}
		}
	}
	return Channel{}, false
}

// RoleNamed finds a guild's role by name, with or without @.
func (s *Server) RoleNamed(guildID, name string) (Role, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.guilds[guildID]; g != nil {
		for _, r := range g.sortedRoles() {
			if r.Name == name || r.Name == strings.TrimPrefix(name, "@") {
				return r, true
			}
		}
	}
	return Role{}, false
}

// UserNamed finds a user, or the bot, by user name or shown name.
func (s *Server) UserNamed(name string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = strings.TrimPrefix(name, "@")
	for _, id := range append(slices.Clone(s.people), s.bot.ID) {
		if u := s.users[id]; u.Username == name || u.DisplayName() == name {
			return *u, true
		}
	}
	return User{}, false
}

// ChannelPermissions are a user's permissions in a channel.
func (s *Server) ChannelPermissions(channelID, userID string) Permissions {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[channelID]; ch != nil {
		return s.permissions(ch, userID)
	}
	return 0
}

func (g *guild) sortedRoles() []Role {
	out := make([]Role, 0, len(g.roles))
	for _, r := range g.roles {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a, b Role) int { return compareIDs(a.ID, b.ID) })
	return out
}

func (g *guild) sortedMembers() []Member {
	ids := slices.SortedFunc(maps.Keys(g.members), compareIDs)
	out := make([]Member, len(ids))
	for i, id := range ids {
		out[i] = g.members[id].wire()
	}
	return out
}

// wire is the member as Discord writes it.
func (m *member) wire() Member {
	out := Member{User: m.user, Roles: append([]string{}, m.roles...), JoinedAt: m.joined}
	if m.nick != "" {
		out.Nick = &m.nick
	}
	return out
}

func (s *Server) guildChannels(g *guild) []Channel {
	out := make([]Channel, len(g.channels))
	for i, id := range g.channels {
		out[i] = s.channels[id].Channel
	}
	return out
}
