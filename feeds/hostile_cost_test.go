//go:build unix && !race

package feeds

import (
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"

	"tidings/internal/news"
)

// TestHostileCosts holds what strangers can make the program spend on one body: each
// hostile body, from its bytes to stories. They have a quarter of their size, which shows
// whatever grows faster than they do; with TIDINGS_HOSTILE=full, as in CI, they have all of
// it. `go test -v` prints the figures.
//
// It is not parallel, and so runs alone: both are counted over the whole process.
func TestHostileCosts(t *testing.T) {
	const (
		aimCPU  = 2 * time.Second
		maxCPU  = 3 * aimCPU // a machine of CI may be slow, and its cores shared
		aimHeap = 64 << 20
		maxHeap = aimHeap + aimHeap/2 // what the collector had not yet come to: a few copies of 8 MB
	)
	size := DefaultMaxBytes / 4
	if os.Getenv("TIDINGS_HOSTILE") == "full" {
		size = DefaultMaxBytes
	}
	eachHostileBody(size, func(name, text string, want error) {
		body := []byte(text)
		read := func() {
			d, err := Parse(body, ParseOptions{URL: "https://example.org/"})
			if !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
			if err == nil {
				stories(d, news.Feed{ID: 1})
			}
		}
		runtime.GC() // of what was before
		start := cpuTime()
		read()
		spent := cpuTime() - start
		grown := peakHeap(read)
		t.Logf("%-40s %4d ms %4d MB", name, spent.Milliseconds(), grown>>20)
		if spent > maxCPU || grown > maxHeap {
			t.Errorf("%s: %v of CPU time, %d MB of memory; want %v and %d MB at most", name, spent, grown>>20, aimCPU, aimHeap>>20)
		}
	})
}

// cpuTime is how much of the processors' time the process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakHeap returns by how much the heap grew at most while f ran, with a collector
// that leaves little lying about: what f needs, not what it has thrown away.
func peakHeap(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	before := liveHeap()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for {
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
			select {
			case <-done:
				peak <- most - before
				return
			case <-time.After(100 * time.Microsecond):
			}
		}
	}()
	f()
	close(done)
	return <-peak
}
