package discordsim

import "context"

// Application command types.
const (
	CommandSlash   = 1
	CommandUser    = 2
	CommandMessage = 3
)

// RunOnMessage runs a context menu command on a message, as from its menu's "Apps",
// and waits for the answer. It returns a *RefusedError when Discord would not offer
// the command there, and ErrNoResponse when the bot is too slow.
func (s *Server) RunOnMessage(ctx context.Context, userID string, m Message, name string) (Reply, error) {
	in, err := s.startMessageCommand(m.ChannelID, m.ID, userID, name)
	if err != nil {
		return Reply{}, err
	}
	return s.await(ctx, in)
}

// startMessageCommand checks a message command as Discord's client does, and sends
// it. The bot gets the message with its content, whatever its intents.
func (s *Server) startMessageCommand(channelID, messageID, userID, name string) (*interaction, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, err := s.newInteraction(interactionCommand, channelID, "", userID)
	if err != nil {
		return nil, err
	}
	cmd := s.lookup(in.guildID, CommandMessage, name)
	if cmd == nil {
		return nil, refused("there is no message command %q", name)
	}
	if err := s.mayUse(cmd, in); err != nil {
		return nil, err
	}
	m := s.channels[channelID].find(messageID)
	if m == nil { // an ephemeral message's menu has no apps
		return nil, refused("there is no such message")
	}
	target := m.fetched()
	in.name, in.target = cmd.Name, &target
	data := map[string]any{
		"id": cmd.ID, "name": cmd.Name, "type": cmd.Type, "target_id": m.ID,
		"resolved": map[string]any{"messages": map[string]any{m.ID: target}},
	}
	if cmd.GuildID != "" {
		data["guild_id"] = cmd.GuildID
	}
	s.start(in, data)
	return in, nil
}
