package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	maxCodings = 2 // more on one body is an attack or a fault

	// maxWindow is the largest window that zstd may use over HTTP (RFC 9659), which
	// bounds a decoder's memory.
	maxWindow = 8 << 20

	// wireSlack is by how much what is sent may exceed what it decompresses to.
	wireSlack = 64 << 10

	firstBuffer = 16 << 10
	keptBuffer  = 1 << 20 // larger buffers are not kept for the next body
)

// decodeError says that a body cannot be decompressed.
type decodeError struct {
	coding string
	err    error
}

func (e *decodeError) Error() string { return fmt.Sprintf("decode %s: %v", e.coding, e.err) }
func (e *decodeError) Unwrap() error { return e.err }

// decoders reads bodies. Decoders and buffers are large compared with most feeds, so
// they are used again. The zero value is ready.
type decoders struct {
	gzip, zstd, brotli, buffers sync.Pool
}

// read reads a body of at most limit bytes after decompression, and takes the
// headers that no longer hold out of h. length is what the server announced, negative
// for nothing. With an error comes what had been read, unless that is of no use.
func (d *decoders) read(body io.Reader, h http.Header, length, limit int64) ([]byte, error) {
	codings := contentCodings(h)
	if len(codings) == 0 {
		if length > limit {
			return nil, errTooLarge
		}
		return d.readAll(body, max(length, 0), limit)
	}
	if len(codings) > maxCodings {
		return nil, &decodeError{coding: strings.Join(codings, ", "), err: errors.New("too many codings")}
	}
	h.Del("Content-Encoding")
	h.Del("Content-Length")

	wire := &wireReader{r: body, left: limit + wireSlack}
	var r io.Reader = wire
	for i := len(codings) - 1; i >= 0; i-- { // the last one named was applied last
		next, done, err := d.open(codings[i], r)
		if err != nil {
			return nil, wire.cause(codings[i], err)
		}
		defer done()
		r = next
	}
	data, err := d.readAll(r, 0, limit)
	if err != nil {
		return data, wire.cause(codings[0], err)
	}
	return data, nil
}

// isCut reports whether what came before an error is right as far as it goes: the
// answer broke off, or it came whole with a checksum that is not its own. That is the
// fault of who compressed it, since what carries an answer has checksums too, and
// browsers do not look at it.
func isCut(err error) bool {
	return brokeOff(err) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch)
}

// contentCodings returns the codings that are to be undone. Names that are unknown
// or mean nothing are passed over, as browsers do: servers write a charset there.
func contentCodings(h http.Header) []string {
	var out []string
	for _, v := range h.Values("Content-Encoding") {
		for name := range strings.SplitSeq(v, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case "gzip", "x-gzip":
				out = append(out, "gzip")
			case "deflate", "br", "zstd":
				out = append(out, name)
			}
		}
	}
	return out
}

// open returns a reader that undoes one coding, and what gives its decoder back.
func (d *decoders) open(coding string, r io.Reader) (_ io.Reader, done func(), err error) {
	br := bufio.NewReader(r)
	start, err := br.Peek(2)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if len(start) == 0 {
		return br, func() {}, nil // an empty body stays empty, whatever it says it is
	}
	switch coding {
	case "gzip":
		if !isGzip(start) {
			return br, func() {}, nil // some servers announce it and do not do it
		}
		z, _ := d.gzip.Get().(*gzip.Reader)
		if z == nil {
			z = new(gzip.Reader)
		}
		done = func() { d.gzip.Put(z) }
		if err := z.Reset(br); err != nil {
			done()
			return nil, nil, err
		}
		z.Multistream(false)
		return &gzipReader{z: z, src: br}, done, nil

	case "deflate":
		// RFC 9110 means zlib's format; some servers send bare deflate.
		if len(start) == 2 && start[0]&0x0f == 8 && (uint(start[0])<<8|uint(start[1]))%31 == 0 {
			z, err := zlib.NewReader(br)
			if err != nil {
				return nil, nil, err
			}
			return z, func() { z.Close() }, nil
		}
		z := flate.NewReader(br)
		return z, func() { z.Close() }, nil

	case "br":
		z, _ := d.brotli.Get().(*brotli.Reader)
		if z == nil {
			z = new(brotli.Reader)
		}
		if err := z.Reset(br); err != nil {
			return nil, nil, err
		}
		return z, func() { d.brotli.Put(z) }, nil

	case "zstd":
		z, _ := d.zstd.Get().(*zstd.Decoder)
		if z == nil {
			// One block at a time, so that no goroutine outlives the call.
			z, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, nil, err
			}
		}
		done = func() {
			z.Reset(nil) // lets go of the source
			d.zstd.Put(z)
		}
		if err := z.Reset(br); err != nil {
			done()
			return nil, nil, err
		}
		return z, done, nil
	}
	return nil, nil, fmt.Errorf("unknown coding %q", coding)
}

func isGzip(b []byte) bool { return len(b) >= 2 && b[0] == 0x1f && b[1] == 0x8b }

// gzipReader reads all members of a gzip stream and, as browsers do, takes whatever
// else follows for padding.
type gzipReader struct {
	z   *gzip.Reader
	src *bufio.Reader
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.z.Read(p)
		if n > 0 || err != io.EOF {
			if err == io.EOF {
				err = nil // asked again next time
			}
			return n, err
		}
		if start, _ := g.src.Peek(2); !isGzip(start) {
			return 0, io.EOF
		}
		if err := g.z.Reset(g.src); err != nil {
			return 0, err
		}
		g.z.Multistream(false)
	}
}

// wireReader bounds what is read from the network and remembers why it ended, so
// that a broken connection is not taken for damaged data. The bound matters where
// input yields no output, such as empty gzip members without end.
type wireReader struct {
	r    io.Reader
	left int64
	err  error
}

func (w *wireReader) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.left <= 0 {
		w.err = errTooLarge
		return 0, w.err
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	w.err = err
	return n, err
}

// cause returns what is to blame for a failed read: the network where it failed, the
// data otherwise.
func (w *wireReader) cause(coding string, err error) error {
	switch {
	case errors.Is(err, errTooLarge):
		return err
	case w.err != nil && w.err != io.EOF:
		return w.err
	case w.err == io.EOF && errors.Is(err, io.ErrUnexpectedEOF):
		return err // cut off
	}
	return &decodeError{coding: coding, err: err}
}

// readAll reads r to its end, or gives errTooLarge after limit bytes. hint is the
// expected size, 0 for not known. What it returns is exactly as large as the body:
// the room to grow in is used again for the next one, and never exceeds the limit.
// Where r breaks off, what came before comes with the error.
func (d *decoders) readAll(r io.Reader, hint, limit int64) ([]byte, error) {
	room, _ := d.buffers.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	buf := (*room)[:0]
	defer func() {
		if cap(buf) <= keptBuffer {
			*room = buf
			d.buffers.Put(room)
		}
	}()
	for want := max(firstBuffer, min(hint+1, keptBuffer)); ; want = 2 * int64(cap(buf)) {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(want, limit+1))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return bytes.Clone(buf), nil
		case err != nil:
			return bytes.Clone(buf), err
		}
	}
}
