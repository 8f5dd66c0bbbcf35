package article

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"tidings/internal/fetch"
	"tidings/internal/news"
)

// fetcher answers every request alike.
type fetcher struct {
	resp *fetch.Response
	err  error
}

func (f fetcher) Get(context.Context, fetch.Request) (*fetch.Response, error) { return f.resp, f.err }

func TestReadArticle(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/story", http.StatusFound)
		case "/story":
			if !strings.HasPrefix(r.Header.Get("Accept"), "text/html") {
				t.Errorf("asked for %q", r.Header.Get("Accept"))
			}
			w.Header().Set("Content-Type", "text/html")
			w.Write(typical(t))
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	client, err := fetch.New(fetch.Config{UserAgent: "test", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r := New(Config{Fetch: client})

	a, err := r.ReadArticle(t.Context(), srv.URL+"/moved")
	if err != nil {
		t.Fatal(err)
	}
	if a.URL != srv.URL+"/story" || a.Image != srv.URL+"/media/shops.jpg?w=1200" || !strings.HasPrefix(a.Text, "The handset maker") {
		t.Errorf("got %+v", a)
	}
	_, err = r.ReadArticle(t.Context(), srv.URL+"/nothing")
	const want = "I can't read that page: the site answers 404: nothing is at that address. Check the address, or look for the article on the site."
	var cause *fetch.Error
	if err == nil || err.Error() != want || !errors.As(err, &cause) || cause.Status != 404 {
		t.Errorf("got %v, want %q", err, want)
	}
	_, err = r.ReadArticle(t.Context(), "http://10.0.0.1/")
	if err == nil || !strings.Contains(err.Error(), "that address is private") {
		t.Errorf("got %v", err)
	}
}

// Every failure to fetch tells what to do: two sentences, the second an advice.
func TestFetchFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fail fetch.Error
		want string
	}{
		{fetch.Error{Reason: fetch.ReasonAddress}, "Paste the whole address, from https:// on."},
		{fetch.Error{Reason: fetch.ReasonScheme}, "Paste the whole address, from https:// on."},
		{fetch.Error{Reason: fetch.ReasonForbidden}, "Paste the address of a page that everybody can open."},
		{fetch.Error{Reason: fetch.ReasonPort}, "Paste the address of a page that everybody can open."},
		{fetch.Error{Reason: fetch.ReasonDNS}, "Check the spelling of the address."},
		{fetch.Error{Reason: fetch.ReasonTooLarge}, "Paste the address of a single article."},
		{fetch.Error{Reason: fetch.ReasonTimeout}, "Try again later."},
		{fetch.Error{Reason: fetch.ReasonRefused}, "Try again later."},
		{fetch.Error{Reason: fetch.ReasonRedirects}, "Try another report of the same story."},
		{fetch.Error{Reason: fetch.ReasonTLS}, "Try another report of the same story."},
		{fetch.Error{Reason: fetch.ReasonStatus, Status: 401}, "I only read pages that everybody can open."},
		{fetch.Error{Reason: fetch.ReasonStatus, Status: 403}, "I only read pages that everybody can open."},
		{fetch.Error{Reason: fetch.ReasonStatus, Status: 410}, "Check the address, or look for the article on the site."},
		{fetch.Error{Reason: fetch.ReasonStatus, Status: 429}, "Try again later."},
		{fetch.Error{Reason: fetch.ReasonStatus, Status: 503}, "Try again later."},
	} {
		_, err := New(Config{Fetch: fetcher{err: &tt.fail}}).ReadArticle(t.Context(), "https://outlet.example/")
		var u *news.UserError
		if want := "I can't read that page: " + tt.fail.Words() + ". " + tt.want; !errors.As(err, &u) || u.Text != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}

	// The caller's own giving up is nothing to tell a person.
	_, err := New(Config{Fetch: fetcher{err: context.Canceled}}).ReadArticle(t.Context(), "https://outlet.example/")
	var u *news.UserError
	if !errors.Is(err, context.Canceled) || errors.As(err, &u) {
		t.Errorf("got %v", err)
	}
}

func TestSentToLogin(t *testing.T) {
	t.Parallel()
	for landed, login := range map[string]bool{
		"https://outlet.example/account/login?next=/story": true,
		"https://id.outlet.example/signin":                 true,
		"https://outlet.example/story-2":                   false,
	} {
		r := New(Config{Fetch: fetcher{resp: &fetch.Response{URL: landed, ContentType: "text/html", Body: []byte("<p>Welcome")}}})
		_, err := r.ReadArticle(t.Context(), "https://outlet.example/story")
		if err == nil || strings.HasPrefix(err.Error(), "That page needs a login") != login {
			t.Errorf("%s: got %v", landed, err)
		}
	}
	// A page that is about logging in is not sent anywhere.
	r := New(Config{Fetch: fetcher{resp: &fetch.Response{URL: "https://outlet.example/login", ContentType: "text/html"}}})
	if _, err := r.ReadArticle(t.Context(), "https://outlet.example/login"); err == nil || strings.HasPrefix(err.Error(), "That page") {
		t.Errorf("got %v", err)
	}
}
