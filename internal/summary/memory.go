package summary

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"sync"

	"tidings/internal/news"
)

// maxRemembered is how many answers of a kind are kept in memory; one takes a few hundred
// bytes.
const maxRemembered = 1000

// memory keeps answers, which are summaries or translations, by what they were made
// of, so that a story which is prepared twice, or asked for by two people at once, is
// paid for once.
type memory[T any] struct {
	mu    sync.Mutex
	known map[[32]byte]*remembered[T]
	order [][32]byte // the oldest first
}

// remembered is an answer that is known once done is closed.
type remembered[T any] struct {
	done  chan struct{}
	value T
	err   error // there is no value
	ok    bool  // the answer, or that there is none, is worth keeping
}

func newMemory[T any]() *memory[T] { return &memory[T]{known: make(map[[32]byte]*remembered[T])} }

// begin returns what is remembered under a key. The first who asks is to make it,
// and to call finish.
func (m *memory[T]) begin(key [32]byte) (entry *remembered[T], first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry, ok := m.known[key]; ok {
		return entry, false
	}
	if len(m.order) >= maxRemembered {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	entry = &remembered[T]{done: make(chan struct{})}
	m.known[key] = entry
	m.order = append(m.order, key)
	return entry, true
}

// finish lets those who wait have the answer, and forgets it where it is not worth
// keeping.
func (m *memory[T]) finish(key [32]byte, entry *remembered[T]) {
	defer close(entry.done)
	if entry.ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] != entry {
		return
	}
	delete(m.known, key)
	if i := slices.Index(m.order, key); i >= 0 {
		m.order = slices.Delete(m.order, i, i+1)
	}
}

// keyOf returns what tells one request for a summary from another. Whom it is for
// makes no difference.
func keyOf(r news.SummaryRequest) [32]byte {
	k := keyWriter{sha256.New()}
	k.texts(r.Title, r.Lead, r.Text)
	k.number(len(r.More))
	for _, more := range r.More {
		k.texts(more.Title, more.Text)
	}
	k.texts(r.Query...)
	k.number(r.MaxWords)
	k.number(r.MaxSentences)
	return k.sum()
}

// translationKey does the same for a translation.
func translationKey(r news.TranslationRequest) [32]byte {
	k := keyWriter{sha256.New()}
	k.texts(r.From, r.To, r.Title)
	k.texts(r.Sentences...)
	return k.sum()
}

// keyWriter writes texts with their lengths, so that no two lists of them are one.
type keyWriter struct{ h hash.Hash }

func (k keyWriter) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	k.h.Write(b[:])
}

func (k keyWriter) texts(texts ...string) {
	for _, s := range texts {
		k.number(len(s))
		k.h.Write([]byte(s))
	}
}

func (k keyWriter) sum() [32]byte { return [32]byte(k.h.Sum(nil)) }
