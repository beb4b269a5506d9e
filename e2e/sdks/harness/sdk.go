package harness

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay"
)

// An SDK is a library under test.
type SDK struct {
	// Name is the name by which its users know it.
	Name string
	// Module is the path of its module, by which its version is found.
	Module string
	// Functions are what docs/sdks.md calls its calls, by the names "read", "write",
	// "upload", "list" and "stream".
	Functions map[string]string
	// Code is the function of the test package whose body docs/sdks.md shows.
	Code string
	// Client, Off and Advice say in a few words how it takes the client, how its own retries are
	// turned off, and whether they should be.
	Client, Off, Advice string
	// Marks are the headers that mark a second attempt.
	Marks []string
	// NoOwn says that it has no retries of its own.
	NoOwn bool
	// Throws says that with its own retries on it discards the client that it was given.
	Throws bool
	// Trigger is the fault that its own retries act on, for [Product]: zero is a 503.
	Trigger Fault
	// Safe are the patterns of its POSTs that do no work twice.
	Safe []string
	// Routes are the routes of its API. Nil leaves them to the templates.
	Routes func(bases ...string) []string
	// Tape has the options with which a tape of it is opened, apart from the mode.
	Tape replay.Options
	// Notes are what else its users should know, a sentence or two each.
	Notes []string

	// Serve returns the service, with a state of its own for each run.
	Serve func() http.Handler
	// Noise reports whether a request is made besides those of the calls. Nil means that none is.
	Noise func(*http.Request) bool
	// Sorry returns the content type and body of an error. Nil means JSON.
	Sorry func(status int) (typ, body string)
	// Open returns the calls of a new client with or without its own retries.
	Open func(url string, client *http.Client, own bool) (Calls, error)
}

// Calls are what an SDK is asked to do. A call returns what its user sees, as text. A call is nil
// if the SDK does not have it.
type Calls struct {
	// Read is a call that changes nothing.
	Read func(context.Context) (string, error)
	// Write creates something that holds the text.
	Write func(ctx context.Context, text string) (string, error)
	// Upload sends a few MiB, which end in the word [Last].
	Upload func(ctx context.Context) (string, error)
	// List reads two pages.
	List func(context.Context) (string, error)
	// Stream reads events and calls first after the first.
	Stream func(ctx context.Context, first func()) (string, error)
	// Object reads the object of a name.
	Object func(ctx context.Context, name string) error
	// More are further calls by their names in docs/sdks.md. They are only recorded and replayed.
	More map[string]func(context.Context) (string, error)
}

// Last ends what is written, so that a body cut short is noticed.
const Last = "<the end>"

// each returns the calls by name. The text of writes is short.
func (c Calls) each() map[string]func(context.Context) (string, error) {
	all := map[string]func(context.Context) (string, error){}
	if c.Read != nil {
		all["read"] = c.Read
	}
	if c.Write != nil {
		all["write"] = func(ctx context.Context) (string, error) { return c.Write(ctx, "some words, "+Last) }
	}
	if c.Upload != nil {
		all["upload"] = c.Upload
	}
	if c.List != nil {
		all["list"] = c.List
	}
	if c.Stream != nil {
		all["stream"] = func(ctx context.Context) (string, error) { return c.Stream(ctx, func() {}) }
	}
	return all
}

// repeatable reports whether a request may be sent again after any fault: by its method, because it
// has a key, or because it was declared safe.
func (s *SDK) repeatable(r Request) bool {
	if slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}, r.Method) || r.Header.Get("Idempotency-Key") != "" {
		return true
	}
	mux := http.NewServeMux()
	for _, pattern := range s.Safe {
		mux.HandleFunc(pattern, http.NotFound)
	}
	u, err := url.ParseRequestURI(r.Target)
	if err != nil {
		return false
	}
	_, pattern := mux.Handler(&http.Request{Method: r.Method, URL: u})
	return pattern != ""
}

// version returns the version of a module that go.mod requires. go mod tidy has made it the one
// that is built.
func version(module string) string {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(mod)) {
		if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) > 1 && f[0] == module {
			return f[1]
		}
	}
	return ""
}
