package discordsim

import (
	"context"
	"fmt"
)

// Messages are a channel's messages, oldest first, without ephemeral ones.
func (s *Server) Messages(channelID string) []Message { return s.MessagesFor(channelID, "") }

// MessagesFor are a channel's messages as one user sees them, oldest first.
func (s *Server) MessagesFor(channelID, userID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	if ch := s.channels[channelID]; ch != nil {
		for _, m := range ch.messages {
			if !m.Ephemeral() || m.VisibleTo == userID {
				out = append(out, m.clone())
			}
		}
	}
	return out
}

// WaitMessage waits for a message, ephemeral or not, for which ok returns true. The
// message may be there already. ok must not call the server.
func (s *Server) WaitMessage(ctx context.Context, channelID string, ok func(Message) bool) (Message, error) {
	var found Message
	n, seen := 0, -1 // messages change rarely and are looked at often
	err := s.wait(ctx, func() bool {
		ch := s.channels[channelID]
		if ch == nil {
			return false
		}
		n = len(ch.messages)
		before := seen
		seen = s.revision
		for _, m := range ch.messages {
			if m.revision > before && m.Flags&FlagLoading == 0 && ok(m.clone()) {
				found = m.clone()
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("waiting for a message in channel %s, which has %d: %w", channelID, n, err)
	}
	return found, nil
}

// WaitMessages waits until a channel has at least n messages that are not
// ephemeral, and returns them.
func (s *Server) WaitMessages(ctx context.Context, channelID string, n int) ([]Message, error) {
	err := s.wait(ctx, func() bool {
		have := 0
		if ch := s.channels[channelID]; ch != nil {
			for _, m := range ch.messages {
				if !m.Ephemeral() {
					have++
				}
			}
		}
		return have >= n
	})
	got := s.Messages(channelID)
	if err != nil {
		return got, fmt.Errorf("waiting for %d messages in channel %s, which has %d: %w", n, channelID, len(got), err)
	}
	return got, nil
}

// WaitCommands waits until the bot has registered at least one command.
func (s *Server) WaitCommands(ctx context.Context) error {
	return s.wait(ctx, func() bool { return len(s.allCommands()) > 0 })
}

// WaitRequest waits for a REST request, past or coming, for which ok returns true.
func (s *Server) WaitRequest(ctx context.Context, ok func(Request) bool) (Request, error) {
	var found Request
	next := 0
	err := s.wait(ctx, func() bool {
		for ; next < s.dropped+len(s.requests); next++ {
			if r := s.requests[max(next-s.dropped, 0)]; ok(r) {
				found = r
				return true
			}
		}
		return false
	})
	return found, err
}
