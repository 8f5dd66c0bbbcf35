package discordsim

import (
	"slices"
	"strconv"
)

// guildRoutes are the endpoints about the bot itself, its guilds and their
// channels.
func (s *Server) guildRoutes() []route {
	return []route{
		{pattern: "GET /gateway", do: s.getGateway, noAuth: true},
		{pattern: "GET /gateway/bot", do: s.getGatewayBot},
		{pattern: "GET /users/@me", do: s.getMe},
		{pattern: "GET /users/@me/guilds", do: s.getMyGuilds},
		{pattern: "GET /users/{user}", do: s.getUser},
		{pattern: "GET /applications/@me", do: s.getApplication},
		{pattern: "GET /oauth2/applications/@me", do: s.getApplication},
		{pattern: "DELETE /users/@me/guilds/{guild}", do: s.leaveGuild},
		{pattern: "GET /guilds/{guild}", do: s.getGuild, major: "guild"},
		{pattern: "GET /guilds/{guild}/channels", do: s.getGuildChannels, major: "guild"},
		{pattern: "GET /guilds/{guild}/roles", do: s.getGuildRoles, major: "guild"},
		{pattern: "GET /guilds/{guild}/members/{user}", do: s.getMember, major: "guild"},
		{pattern: "GET /channels/{channel}", do: s.getChannel, major: "channel"},
		{pattern: "POST /channels/{channel}/typing", do: s.typing, major: "channel"},
	}
}

// gatewayAddress is the gateway on the host that the request came to.
func gatewayAddress(c *call) string { return "ws://" + c.Host + "/gateway/" }

func (s *Server) getGateway(c *call) (any, *apiError) {
	return map[string]any{"url": gatewayAddress(c)}, nil
}

func (s *Server) getGatewayBot(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"url": gatewayAddress(c), "shards": 1, "session_start_limit": map[string]any{
		"total": 1000, "remaining": max(1000-s.identifies, 0), "reset_after": 86400000, "max_concurrency": 1,
	}}, nil
}

func (s *Server) getMe(*call) (any, *apiError) {
	b := s.Bot()
	return map[string]any{
		"id": b.ID, "username": b.Username, "global_name": nil, "discriminator": "0", "avatar": nil, "bot": true,
		"public_flags": 0, "flags": 0, "primary_guild": nil, "mfa_enabled": true, "locale": "en-US", "verified": true, "email": nil,
	}, nil
}

func (s *Server) getUser(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[c.PathValue("user")]; u != nil {
		return *u, nil
	}
	return nil, errUnknown("User")
}

func (s *Server) getMyGuilds(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []map[string]any{}
	limit := 200
	if n, err := strconv.Atoi(c.URL.Query().Get("limit")); err == nil {
		limit = min(max(n, 1), 200)
	}
	for _, id := range s.order {
		g := s.guilds[id]
		if g.members[s.bot.ID] == nil || len(out) == limit || compareIDs(id, c.URL.Query().Get("after")) <= 0 {
			continue
		}
		out = append(out, map[string]any{
			"id": id, "name": g.Name, "icon": nil, "banner": nil, "owner": false, "features": []string{},
			"permissions": g.permissions(s.bot.ID),
		})
	}
	return out, nil
}

func (s *Server) getApplication(*call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.applicationWire(), nil
}

func (s *Server) leaveGuild(c *call) (any, *apiError) {
	if s.RemoveBot(c.PathValue("guild")) != nil {
		return nil, errUnknown("Guild")
	}
	return nil, nil
}

// guildOf is the guild that a path names, if the bot is in it. The caller holds mu.
func (c *call) guild() (*guild, *apiError) {
	id := c.PathValue("guild")
	if !isSnowflake(id) {
		return nil, badPath("guild_id", id)
	}
	g := c.s.guilds[id]
	if g == nil || g.members[c.s.bot.ID] == nil {
		return nil, errUnknown("Guild")
	}
	return g, nil
}

// channel is the channel that a path names, if the bot can see it. The caller
// holds mu.
func (c *call) channel() (*channel, *apiError) {
	id := c.PathValue("channel")
	if !isSnowflake(id) {
		return nil, badPath("channel_id", id)
	}
	ch := c.s.channels[id]
	switch {
	case ch == nil:
		return nil, errUnknown("Channel")
	case !c.s.visible(ch):
		return nil, errMissingAccess()
	}
	return ch, nil
}

// badPath is the answer to something that is no id where the path has one.
func badPath(name, value string) *apiError {
	f := &form{}
	field{form: f, path: []string{name}}.fail("NUMBER_TYPE_COERCE", "Value %q is not snowflake.", value)
	return f.err()
}

func (s *Server) getGuild(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	out := s.guildWire(g)
	if c.URL.Query().Get("with_counts") == "true" {
		out["approximate_member_count"], out["approximate_presence_count"] = len(g.members), len(g.members)
	}
	return out, nil
}

func (s *Server) getGuildChannels(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	return s.guildChannels(g), nil
}

func (s *Server) getGuildRoles(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	return g.sortedRoles(), nil
}

func (s *Server) getMember(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := c.guild()
	if err != nil {
		return nil, err
	}
	id := c.PathValue("user")
	if !isSnowflake(id) { // @me too: Discord documents it for PATCH only
		return nil, badPath("user_id", id)
	}
	m := g.members[id]
	switch {
	case m != nil:
		return m.wire(), nil
	case s.users[id] != nil:
		return nil, errUnknown("Member")
	}
	return nil, errUnknown("User")
}

func (s *Server) getChannel(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	return ch.Channel, nil
}

func (s *Server) typing(c *call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	if !s.permissions(ch, s.bot.ID).Has(SendMessages) {
		return nil, errMissingPermissions()
	}
	return nil, nil
}

// holdsMessages reports whether a channel can have messages.
func holdsMessages(ch *channel) bool {
	return slices.Contains([]int{ChannelText, ChannelAnnouncement, ChannelVoice}, ch.Type)
}
