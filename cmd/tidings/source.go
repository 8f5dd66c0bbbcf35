package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"strings"

	"tidings/config"
	"tidings/feeds"
	"tidings/internal/article"
	"tidings/internal/fetch"
	"tidings/internal/news"
)

// reading is the flags of the commands that read files and web addresses.
type reading struct {
	Sources []string `arg:"" name:"file|url" help:"Files (also gzipped), web addresses, or - for standard input."`
	JSON    bool     `help:"Print one JSON object a line."`
	web     `embed:""`
}

// web is the flags of the commands that may read the web.
type web struct {
	Allow []addressRange `help:"Private address ranges that may be read, such as 127.0.0.0/8." placeholder:"CIDR"`
}

// addressRange is a netip.Prefix that says what would be right.
type addressRange struct{ netip.Prefix }

func (r *addressRange) UnmarshalText(text []byte) error {
	if err := r.Prefix.UnmarshalText(text); err != nil {
		return fmt.Errorf("%q is no address range; try 192.168.7.0/24", text)
	}
	return nil
}

// source is one document, wherever it came from.
type source struct {
	body        []byte
	contentType string // "" for a file
	url         string // after redirects; "" for a file
	cut         error  // why the body may not be all of it; nil where it is whole
}

// readFunc reads a file, an address, or standard input.
type readFunc func(ctx context.Context, name string) (source, error)

// origin begins every line of "--json": which source it is about, and why nothing
// was found in it.
type origin struct {
	Source string `json:"source"`
	Error  string `json:"error,omitempty"`
}

func (o *origin) from() *origin { return o }

// answer is what a tool finds in one source.
type answer interface {
	from() *origin
	fill(ctx context.Context, read readFunc) error
	text() string // for a person, with its line ends
}

// each fills an answer for each source and prints it, as a line of JSON or for a
// person. A source that cannot be used is told of, and the others go on.
func (r reading) each(ctx context.Context, s streams, begin func(origin) answer) error {
	read, err := r.reader(s.in)
	if err != nil {
		return err
	}
	write := jsonLines(s.out)
	failed := 0
	for _, name := range r.Sources {
		f := begin(origin{Source: name})
		if err := f.fill(ctx, read); err != nil {
			failed++
			f.from().Error = words(err)
		}
		switch {
		case r.JSON:
			err = write(f)
		case f.from().Error != "":
			_, err = fmt.Fprintf(s.err, "%s: %s\n", name, f.from().Error)
		default:
			_, err = io.WriteString(s.out, f.text())
		}
		if err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return failures(failed)
}

// maxSourceBytes bounds what is read from a file or from standard input.
const maxSourceBytes = 32 << 20

// reader returns a function that reads a file, an address, or standard input.
func (w web) reader(in io.Reader) (readFunc, error) {
	defaults := config.Default().Fetch
	fc := fetch.Config{UserAgent: userAgent(config.Default()), Timeout: defaults.Timeout, MaxBytes: int64(defaults.MaxBytes)}
	for _, r := range w.Allow {
		fc.Allow = append(fc.Allow, r.Prefix)
	}
	client, err := fetch.New(fc)
	if err != nil {
		return nil, fmt.Errorf("prepare to fetch: %w", err)
	}
	return func(ctx context.Context, name string) (source, error) {
		switch scheme, _, ok := strings.Cut(strings.ToLower(name), "://"); {
		case ok && (scheme == "http" || scheme == "https"):
			return readURL(ctx, client, name)
		case ok:
			return source{}, fmt.Errorf("web addresses begin with https:// or http://, and the names of files have no %s://", scheme)
		case name == "-":
			return readAll(in)
		}
		return readFile(name)
	}, nil
}

// readFile's errors leave the name out, which whoever prints them puts first.
func readFile(name string) (source, error) {
	var src source
	f, err := os.Open(name)
	if err == nil {
		defer f.Close()
		src, err = readAll(f)
	}
	var fault *fs.PathError
	if errors.As(err, &fault) {
		return source{}, fault.Err
	}
	return src, err
}

func readURL(ctx context.Context, client *fetch.Client, url string) (source, error) {
	res, err := client.Get(ctx, fetch.Request{URL: url, AllowCut: true})
	var fault *fetch.Error
	if errors.As(err, &fault) {
		return source{}, errors.New(fault.Words())
	}
	if err != nil {
		return source{}, err
	}
	src := source{body: res.Body, contentType: res.ContentType, url: res.URL}
	if res.Cut != nil {
		src.cut = errors.New(res.Cut.Words())
	}
	return src, nil
}

// readAll reads a document, unpacked where it is gzipped, as saved pages often are.
func readAll(r io.Reader) (source, error) {
	packed := bufio.NewReader(r)
	r = packed
	if magic, _ := packed.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(packed)
		if err != nil {
			return source{}, fmt.Errorf("unpack: %w", err)
		}
		r = unpacked
	}
	body, err := io.ReadAll(io.LimitReader(r, maxSourceBytes+1))
	if err != nil {
		return source{}, err
	}
	if len(body) > maxSourceBytes {
		return source{}, fmt.Errorf("larger than %d MB", maxSourceBytes>>20)
	}
	return source{body: body}, nil
}

// fault is why a document cannot be used. The rooms speak of web addresses, which a
// file has not.
func (s source) fault(err error) error {
	if s.url == "" && errors.Is(err, feeds.ErrNotAFeed) {
		return errors.New("this is no feed (RSS, Atom or JSON Feed)")
	}
	text := words(err)
	if rest, ok := strings.CutPrefix(text, "That address is "); ok && s.url == "" {
		text, _, _ = strings.Cut(rest, ". ")
		return errors.New("this is " + strings.TrimSuffix(text, "."))
	}
	return err
}

// words is an error as a person at the command line should read it.
func words(err error) string {
	var user *news.UserError
	if errors.As(err, &user) {
		return user.Text
	}
	return err.Error()
}

// jsonLines returns a function that writes one JSON object a line.
func jsonLines(w io.Writer) func(any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode
}

// failures is the outcome of a command that goes on after a source that cannot be
// read: exit code 1 when there was any.
func failures(n int) error {
	if n > 0 {
		return exitError(exitFailure)
	}
	return nil
}

// extract reads the article in a web page.
func (s source) extract() (news.Article, error) {
	if s.cut != nil { // half an article says something else than a whole one
		return news.Article{}, s.cut
	}
	a, err := article.New(article.Config{}).Extract(s.body, s.contentType, s.url)
	if err != nil {
		return a, s.fault(err)
	}
	return a, nil
}
