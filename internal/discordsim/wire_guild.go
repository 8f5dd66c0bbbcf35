package discordsim

// guildWire is a guild as the REST API returns it.
func (s *Server) guildWire(g *guild) map[string]any {
	return map[string]any{
		"id": g.ID, "name": g.Name, "owner_id": g.OwnerID, "preferred_locale": g.Locale,
		"roles": g.sortedRoles(), "features": []string{"COMMUNITY"}, "emojis": []any{}, "stickers": []any{},
		"icon": nil, "description": nil, "home_header": nil, "splash": nil, "discovery_splash": nil, "banner": nil,
		"application_id": nil, "region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300,
		"system_channel_id": nil, "system_channel_flags": 0, "widget_enabled": false, "widget_channel_id": nil,
		"verification_level": 0, "default_message_notifications": 1, "mfa_level": 0, "explicit_content_filter": 0,
		"max_presences": nil, "max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
		"vanity_url_code": nil, "premium_tier": 0, "premium_subscription_count": 0, "rules_channel_id": nil,
		"safety_alerts_channel_id": nil, "public_updates_channel_id": nil, "premium_progress_bar_enabled": false,
		"nsfw": false, "nsfw_level": 0, "incidents_data": nil,
	}
}

// guildCreate is a guild as the gateway announces it. Without the privileged
// intents the only member that it names is the bot.
func (s *Server) guildCreate(g *guild) map[string]any {
	out := s.guildWire(g)
	out["joined_at"] = g.joined
	out["large"] = false
	out["unavailable"] = false
	out["member_count"] = len(g.members)
	out["members"] = []Member{g.members[s.bot.ID].wire()}
	out["channels"] = s.guildChannels(g)
	for _, name := range []string{"threads", "presences", "voice_states", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		out[name] = []any{}
	}
	return out
}

// applicationWire is the bot's own application.
func (s *Server) applicationWire() map[string]any {
	owner := s.users[s.people[0]]
	return map[string]any{
		"id": s.app.ID, "name": s.app.Name, "icon": nil, "description": "", "type": nil, "bot": s.bot,
		"bot_public": true, "bot_require_code_grant": false, "verify_key": "0000000000000000000000000000000000000000000000000000000000000000",
		"flags": 0, "flags_new": "0", "redirect_uris": []string{}, "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "owner": owner, "approximate_guild_count": s.botGuildCount(),
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "team": nil, "eligible_oauth2_scopes": []string{},
	}
}

func (s *Server) botGuildCount() int {
	n := 0
	for _, g := range s.guilds {
		if g.members[s.bot.ID] != nil {
			n++
		}
	}
	return n
}
