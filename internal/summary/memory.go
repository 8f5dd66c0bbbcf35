package summary

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"sync"
	"time"

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
	done   chan struct{}
	value  T
	err    error              // there is no value
	ok     bool               // the answer, or that there is none, is worth keeping
	ctx    context.Context    // in which it is made: done when nobody waits for it any more
	cancel context.CancelFunc // ends it

	// The memory's lock guards these.
	waiting int
	until   time.Time // when the most patient of those who wait must have it; zero where one of them has all the time
}

func newMemory[T any]() *memory[T] { return &memory[T]{known: make(map[[32]byte]*remembered[T])} }

// begin returns what is remembered under a key, to be waited for. The first who asks
// is to have it made, in the entry's context, and finish called. Who has it, or waits no
// longer, calls leave.
func (m *memory[T]) begin(ctx context.Context, key [32]byte) (entry *remembered[T], first bool) {
	until, _ := ctx.Deadline()
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry, ok := m.known[key]; ok {
		entry.waiting++
		if until.IsZero() || until.After(entry.until) && !entry.until.IsZero() {
			entry.until = until
		}
		return entry, false
	}
	if len(m.order) >= maxRemembered {
		delete(m.known, m.order[0])
		m.order = m.order[1:]
	}
	entry = &remembered[T]{done: make(chan struct{}), waiting: 1, until: until}
	// Who asked first may leave before the others do.
	entry.ctx, entry.cancel = context.WithCancel(context.WithoutCancel(ctx))
	m.known[key] = entry
	m.order = append(m.order, key)
	return entry, true
}

// finish lets those who wait have the answer, and forgets it where it is not worth
// keeping.
func (m *memory[T]) finish(key [32]byte, entry *remembered[T]) {
	defer close(entry.done)
	defer entry.cancel()
	if entry.ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(key, entry)
}

// leave ends the wait for an answer. With the last who leaves its making ends: leave
// returns when it has.
func (m *memory[T]) leave(key [32]byte, entry *remembered[T]) {
	m.mu.Lock()
	entry.waiting--
	last := entry.waiting == 0
	select {
	case <-entry.done:
		last = false
	default:
	}
	if last {
		m.forget(key, entry) // who comes now does not get an answer that is given up
		entry.cancel()
	}
	m.mu.Unlock()
	if last {
		<-entry.done
	}
}

// forget forgets an entry. The caller holds mu.
func (m *memory[T]) forget(key [32]byte, entry *remembered[T]) {
	if m.known[key] != entry {
		return
	}
	delete(m.known, key)
	if i := slices.Index(m.order, key); i >= 0 {
		m.order = slices.Delete(m.order, i, i+1)
	}
}

// awaited is until when somebody waits for an answer; zero for as long as it takes.
func (m *memory[T]) awaited(entry *remembered[T]) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return entry.until
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
