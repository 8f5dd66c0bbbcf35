package discordsim

import (
	"encoding/json"
	"sync"
)

// keepClientEvents bounds how far back a page can catch up.
const keepClientEvents = 1000

// clientEvent is one server-sent event for the page.
type clientEvent struct {
	id   int
	name string
	data []byte
	user string // who may see it; "" for everyone
}

// hub gives out events to the pages that are open. Slow pages are told to start
// again rather than waited for.
type hub struct {
	mu   sync.Mutex
	last int
	log  []clientEvent
	subs map[chan struct{}]struct{}
}

func newHub() *hub { return &hub{subs: map[chan struct{}]struct{}{}} }

// publish encodes v at once, so that it may change afterwards.
func (h *hub) publish(name string, v any, user string) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("discordsim: encoding an event: " + err.Error()) // our own types
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	h.log = append(h.log, clientEvent{h.last, name, data, user})
	if len(h.log) > 2*keepClientEvents {
		h.log = append([]clientEvent(nil), h.log[len(h.log)-keepClientEvents:]...)
	}
	for c := range h.subs {
		select {
		case c <- struct{}{}:
		default: // a wake-up waits already
		}
	}
}

// subscribe returns a channel that receives after something was published.
func (h *hub) subscribe() (wake chan struct{}, cancel func()) {
	wake = make(chan struct{}, 1)
	h.mu.Lock()
	h.subs[wake] = struct{}{}
	h.mu.Unlock()
	return wake, func() {
		h.mu.Lock()
		delete(h.subs, wake)
		h.mu.Unlock()
	}
}

// since returns the events after one, and false when some of them are gone.
func (h *hub) since(id int) ([]clientEvent, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id > h.last || (len(h.log) > 0 && id < h.log[0].id-1) {
		return nil, false
	}
	for i, e := range h.log {
		if e.id > id {
			return append([]clientEvent(nil), h.log[i:]...), true
		}
	}
	return nil, true
}

// now is the id of the last event.
func (h *hub) now() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}
