package summary

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"tidings/internal/news"
)

// maxRemembered is how many summaries are kept in memory; one takes a few hundred
// bytes.
const maxRemembered = 1000

// memory keeps summaries by what they were made of, so that a story which is
// prepared twice, or asked for by two people at once, is paid for once.
type memory struct {
	mu    sync.Mutex
	known map[[32]byte]*remembered
	order [][32]byte // the oldest first
}

// remembered is a summary that is known once done is closed.
type remembered struct {
	done    chan struct{}
	summary news.Summary
	ok      bool // the summary is worth keeping
}

func newMemory() *memory { return &memory{known: make(map[[32]byte]*remembered)} }

// begin returns what is remembered under a key. The first who asks is to make it,
// and to call finish.
func (m *memory) begin(key [32]byte) (entry *remembered, first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry, ok := m.known[key]; ok {
		return entry, false
	}
	if len(m.order) >= maxRemembered {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	entry = &remembered{done: make(chan struct{})}
	m.known[key] = entry
	m.order = append(m.order, key)
	return entry, true
}

// finish lets those who wait have the summary, and forgets it where it is not
// worth keeping.
func (m *memory) finish(key [32]byte, entry *remembered) {
	close(entry.done)
	if entry.ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] != entry {
		return
	}
	delete(m.known, key)
	for i := range m.order {
		if m.order[i] == key {
			m.order = append(m.order[:i], m.order[i+1:]...)
			break
		}
	}
}

// keyOf returns what tells one request from another.
func keyOf(r news.SummaryRequest) [32]byte {
	h := sha256.New()
	write := func(s string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	write(r.Title)
	write(r.Lead)
	write(r.Text)
	for _, q := range r.Query {
		write(q)
	}
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(r.MaxWords))
	h.Write(n[:])
	return [32]byte(h.Sum(nil))
}
