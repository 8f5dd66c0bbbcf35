package dispatch

import (
	"sync"

	"tidings/internal/match"
)

// maxQueries bounds the cache; a compiled query takes a few kilobytes.
const maxQueries = 20_000

// queryCache keeps compiled queries by their text: the same few thousand are
// asked of every story, and many servers ask the same.
type queryCache struct {
	mu      sync.Mutex
	queries map[string]*match.Query
}

func newQueryCache() *queryCache {
	return &queryCache{queries: make(map[string]*match.Query)}
}

func (c *queryCache) compile(text string) (*match.Query, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q, ok := c.queries[text]; ok {
		return q, nil
	}
	q, err := match.Compile(text)
	if err != nil {
		return nil, err
	}
	if len(c.queries) >= maxQueries {
		clear(c.queries) // rare, and cheaper than remembering who was used when
	}
	c.queries[text] = q
	return q, nil
}
