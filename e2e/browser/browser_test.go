package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// A tab is the only tab of a Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex // mu guards the fields below
	console  []string   // messages of the page, and of the browser about it
	requests []string
}

// open starts a Chromium. It skips the test if there is none.
func open(t *testing.T) *tab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium: install it, as .ci/run does")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	limited, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	allocator, end := chromedp.NewExecAllocator(limited, options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	b := &tab{t: t, ctx: ctx}
	var listening sync.WaitGroup
	t.Cleanup(func() {
		closeTab()
		end()
		stop()
		listening.Wait()
	})
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.requests = append(b.requests, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	listening.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, m.String())
			b.mu.Unlock()
		}
	})
	return b
}

// do runs steps, and fails the test if one of them fails.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// value returns the value of a JavaScript expression.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait waits until a JavaScript expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression)); err != nil {
		b.t.Fatalf("waiting for %s: %v", expression, err)
	}
}

// looks is a width and a theme in which a page is checked.
type looks struct {
	width int64
	theme string
}

func allLooks() (list []looks) {
	for _, width := range []int64{390, 800, 1600} {
		for _, theme := range []string{"light", "dark"} {
			list = append(list, looks{width, theme})
		}
	}
	return list
}

// force sets a media feature, as a setting of the system does.
func (b *tab) force(name, value string) {
	b.t.Helper()
	features := []*emulation.MediaFeature{{Name: name, Value: value}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) look(l looks) {
	b.t.Helper()
	b.force("prefers-color-scheme", l.theme)
	b.do("resize", chromedp.EmulateViewport(l.width, 900))
	b.wait(fmt.Sprintf(`document.body.dataset.painted === "%d %s"`, l.width, l.theme))
}

// check checks what must hold of the open page in any width and theme.
func (b *tab) check(l looks) {
	b.t.Helper()
	if over := value[int](b, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		b.t.Errorf("at %d pixels the page is %d too wide", l.width, over)
	}
	if pixels := value[int](b, inked); pixels < 100 {
		b.t.Errorf("at %d pixels, %s, the canvas has %d pixels of calls", l.width, l.theme, pixels)
	}
	if n := value[int](b, `document.querySelectorAll("#rate canvas, #latency canvas").length`); n != 2 {
		b.t.Errorf("there are %d charts, want 2", n)
	}
	b.axe(l)
}

// inked counts the pixels of the timeline that are not empty.
const inked = `(() => {
	const c = document.querySelector("#timeline canvas"), copy = new OffscreenCanvas(c.width, c.height), g = copy.getContext("2d", { willReadFrequently: true });
	g.drawImage(c, 0, 0);
	const d = g.getImageData(0, 0, c.width, c.height).data;
	let n = 0;
	for (let i = 3; i < d.length; i += 4) if (d[i] > 0) n++;
	return n;
})()`

// axe runs the rules of axe-core if GRACY_AXE names its file. make e2e-browser installs it.
func (b *tab) axe(l looks) {
	b.t.Helper()
	path := os.Getenv("GRACY_AXE")
	if path == "" {
		return
	}
	found := b.violations(path, "")
	for _, violation := range found {
		b.t.Errorf("at %d pixels, %s: %s", l.width, l.theme, violation)
	}
}

// violations returns what axe-core finds on the page after some HTML was added to it.
func (b *tab) violations(path, more string) []string {
	b.t.Helper()
	script, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do("axe", chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.body.insertAdjacentHTML('beforeend', %q);", more)+string(script)+"; undefined"))
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html + " " + n.failureSummary).join(" | ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}

// The control: axe-core complains about a bad page.
func TestAxeComplains(t *testing.T) {
	path := os.Getenv("GRACY_AXE")
	if path == "" {
		t.Skip("no axe-core: run make e2e-browser")
	}
	b := open(t)
	b.do("open", chromedp.Navigate("about:blank"))
	found := b.violations(path, `<img src="x"><p style="color:#eee;background:#fff">pale</p>`)
	if !strings.Contains(strings.Join(found, "\n"), "image-alt") || !strings.Contains(strings.Join(found, "\n"), "color-contrast") {
		t.Errorf("of a bad page axe says %q", found)
	}
}

// picture writes a screenshot into the folder that GRACY_SCREENSHOTS names.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("GRACY_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// quiet fails the test if the console has a message, or if a request went to another origin.
func (b *tab) quiet(origin string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.console {
		b.t.Errorf("the console has %s", m)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, origin) && !strings.HasPrefix(r, "data:") {
			b.t.Errorf("there is a request to %s", r)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("no request was seen, so that none could be to elsewhere")
	}
}

func (l looks) String() string { return fmt.Sprintf("%d-%s", l.width, l.theme) }
