package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tidings/internal/discordsim"
)

var pictures = flag.String("pictures", "", "folder for the README's pictures of the demo page")

// TestPage uses the demo's page as visitors do, in a real browser.
func TestPage(t *testing.T) {
	t.Parallel()
	browser := startBrowser(t)
	d := startDemo(t)
	// The visit leaves answers behind, which have no place in the pictures.
	t.Run("viewports", func(t *testing.T) { testViewports(t, browser, d) })
	t.Run("visit", func(t *testing.T) { testVisit(t, browser, d) })
	t.Run("phone", func(t *testing.T) { testPhone(t, browser, d) })
}

// testVisit reads a post, runs a command and presses a button.
func testVisit(t *testing.T, browser context.Context, d *demo) {
	tab := newTab(t, browser)
	do(t, tab,
		chromedp.Navigate(d.sim.URL()),
		until(`document.querySelector('.message .embed')`),
		until(`document.querySelector('#welcome .idea')`))
	if post := innerText(t, tab, `.message .embed`); !strings.Contains(post, "Xiaomi") {
		t.Errorf("the first post reads %q", post)
	}

	do(t, tab,
		until(`document.activeElement.id == 'message-box'`),
		chromedp.KeyEvent("/news lat"),
		until(`document.querySelector('#composer [role=option][aria-selected=true]')?.innerText.includes('/news latest')`),
		chromedp.KeyEvent(kb.Enter),
		until(`document.activeElement.matches('.command-line[aria-label="/news latest"]')`),
		chromedp.KeyEvent(kb.Enter),
		until(answered(1)))
	if reply := innerText(t, tab, `.message.ephemeral`); !strings.Contains(reply, "latest news") || !strings.Contains(reply, "Only you can see this") {
		t.Errorf("/news latest answers %q", reply)
	}

	do(t, tab,
		// Not by mouse: posts arrive, and move the button away.
		chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('.message button')].find(b => b.innerText == 'Longer').click()`),
		until(answered(2)))
	longer := innerText(t, tab, `.message.ephemeral:not(:has(~ .message.ephemeral))`)
	if !strings.Contains(longer, "Only you can see this") || len(longer) < 300 {
		t.Errorf("Longer answers %q", longer)
	}
}

// answered is true when the bot has given n answers for the visitor's eyes.
func answered(n int) string {
	return fmt.Sprintf(`document.querySelectorAll('.message.ephemeral:not(:has(.thinking))').length >= %d`, n)
}

// testPhone goes to another server and channel by the drawer, by touch.
func testPhone(t *testing.T, browser context.Context, d *demo) {
	const closed = `!document.body.classList.contains('drawer-open') && document.querySelector('#drawer').getBoundingClientRect().right <= 0`
	tab := newTab(t, browser)
	do(t, tab,
		chromedp.EmulateViewport(390, 760, chromedp.EmulateMobile, chromedp.EmulateTouch),
		chromedp.Navigate(d.sim.URL()),
		until(`document.querySelector('.message .embed')`),
		until(closed),
		tap(`#menu`),
		until(`document.querySelector('#drawer').getBoundingClientRect().left == 0`),
		until(`document.activeElement.matches('#channels .channel-row[aria-current]')`))

	// The list is drawn anew when a channel has news, and the focus stays in it.
	guild, _ := d.sim.GuildNamed("Gadget Club")
	lounge, _ := d.sim.ChannelNamed(guild.ID, "lounge")
	if _, err := d.sim.Say(lounge.ID, d.sim.Member().ID, "Anyone here?"); err != nil {
		t.Fatal(err)
	}
	do(t, tab,
		until(`document.querySelector('#channels .channel-row[aria-label="lounge, new posts"]')`),
		until(`document.activeElement.matches('#channels .channel-row[aria-current]')`),

		tap(`.guild-icon[title="Backend Guild"]`),
		until(`document.querySelector('#channels .channel-row')?.innerText == 'security'`),
		tap(`#channels li:nth-child(2) .channel-row`),
		until(closed),
		until(`document.querySelector('#channel-title').innerText == 'open-source'`),
		until(`document.querySelector('.message-log').innerText.includes('Welcome to #open-source!')`))
}

// testViewports looks for sideways scrolling in the usual sizes and both colour
// schemes, and writes the README's pictures when the flag asks for them.
func testViewports(t *testing.T, browser context.Context, d *demo) {
	for _, v := range []struct {
		picture       string // the picture's name, "" for none
		width, height int64
		scale         float64
	}{
		{"demo", 1200, 800, 1.5},
		{"phone", 390, 760, 2},
		{"", 360, 700, 1},
	} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%dx%d %s", v.width, v.height, scheme), func(t *testing.T) {
				tab := newTab(t, browser)
				do(t, tab,
					viewport(v.width, v.height, v.scale),
					colourScheme(scheme),
					withoutWelcome(),
					chromedp.Navigate(d.sim.URL()),
					until(`document.querySelector('.message .embed')`))
				if v.picture != "" && *pictures != "" {
					takePicture(t, tab, filepath.Join(*pictures, v.picture+"-"+scheme+".png"))
				}
				wide, err := chromedp.Run(tab, chromedp.Evaluate[[]string](tooWide))
				if err != nil {
					t.Fatal(err)
				}
				if len(wide) > 0 {
					t.Errorf("wider than their place: %s", strings.Join(wide, ", "))
				}
			})
		}
	}
}

// tooWide lists what scrolls sideways, or would if it were not cut off.
const tooWide = `[document.documentElement, ...document.querySelectorAll('#app, #main, .channel-head, .chat, .message-log, .message-body, .embed, .composer')]
	.filter(el => el.scrollWidth > el.clientWidth + 1)
	.map(el => (el.className || el.id || el.localName) + ' ' + el.scrollWidth + '>' + el.clientWidth)`

// takePicture writes the tab as a picture, from the first post on, once another one
// has come.
func takePicture(t *testing.T, tab context.Context, file string) {
	t.Helper()
	do(t, tab,
		until(`document.querySelectorAll('.message .embed').length >= 2`),
		until(`[...document.querySelectorAll('.message img')].every(img => img.complete && img.naturalWidth > 0)`),
		chromedp.Evaluate[chromedp.Void](`document.querySelector('.message:has(.embed)').scrollIntoView()`))
	picture, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

func viewport(width, height int64, scale float64) chromedp.Action[chromedp.Void] {
	options := []chromedp.EmulateViewportOption{chromedp.EmulateScale(scale)}
	if width < 760 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	return chromedp.EmulateViewport(width, height, options...)
}

func colourScheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: name},
				{Name: "prefers-reduced-motion", Value: "reduce"},
			},
		})
		return err
	})
}

// withoutWelcome lets the next pages believe that the visitor has been there before.
func withoutWelcome() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `localStorage.setItem('discordsim.welcomed', '1')`,
		})
		return err
	})
}

// until waits for a JavaScript expression to be true. chromedp's own Poll makes a
// function of it inside the page, which the page's policy forbids.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			ok, err := chromedp.Evaluate[bool](`Boolean(`+expression+`)`)(ctx, t)
			if err == nil && ok {
				return nil
			}
			if err == nil {
				_, err = chromedp.Sleep(30*time.Millisecond)(ctx, t)
			}
			if err != nil {
				return fmt.Errorf("wait for %s: %w", expression, err)
			}
		}
	})
}

// tap touches what stands where the element is, as a finger does.
func tap(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		// By place and not by node: the lists are drawn anew when posts arrive.
		at, err := chromedp.Evaluate[[]float64](fmt.Sprintf(
			`(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector(%q).getBoundingClientRect())`, selector))(ctx, t)
		if err == nil {
			_, err = chromedp.TapXY(at[0], at[1])(ctx, t)
		}
		if err != nil {
			return fmt.Errorf("tap %s: %w", selector, err)
		}
		return nil
	})
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

func innerText(t *testing.T, tab context.Context, selector string) string {
	t.Helper()
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).innerText`, selector)))
	if err != nil {
		t.Fatalf("read %s: %v", selector, err)
	}
	return text
}

// startBrowser starts a headless Chromium, or skips where there is none; CI, which
// installs one, sets TIDINGS_BROWSER=required.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("TIDINGS_BROWSER") == "required" {
			t.Fatal("TIDINGS_BROWSER is required, and no Chromium is installed")
		}
		t.Skip("no Chromium is installed")
	}
	// Not the test's context, which ends before its clean-up.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // CI's containers have no right to one, and the page is our own
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Errorf("close the browser: %v", err)
		}
	})
	return browser
}

// newTab opens a tab of a visitor of its own, for two minutes. What goes wrong in its
// page is the test's failure.
func newTab(t *testing.T, browser context.Context) context.Context {
	t.Helper()
	var mu sync.Mutex
	var faults []string
	fault := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		faults = append(faults, fmt.Sprintf(format, args...))
	}
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			fault("%v", &chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails})
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError {
				for _, arg := range e.Args {
					fault("console.error: %s %s", arg.Value, arg.Description)
				}
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				fault("%s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	}))
	tab, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(func() {
		cancel()
		closeTab()
		mu.Lock()
		defer mu.Unlock()
		for _, f := range faults {
			t.Errorf("the page has a fault: %s", f)
		}
	})
	return tab
}

// startDemo runs the demo in this process and returns it.
func startDemo(t *testing.T) *demo {
	t.Helper()
	command := demoCommand{Listen: "127.0.0.1:0", Interval: 700 * time.Millisecond}
	s := streams{out: t.Output(), err: t.Output()}
	d := &demo{
		demoCommand: command, streams: s, log: command.logger(s),
		limits: discordsim.Limits{AnswerWithin: patience}, // the machine may be slow
	}
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Error(err)
		}
	})
	if err := d.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}
