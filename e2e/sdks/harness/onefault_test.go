package harness

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
)

// plain returns a minimal SDK, which sends with the client that a function makes of the round
// tripper.
func plain(client func(http.RoundTripper) *http.Client) *SDK {
	return &SDK{
		Name: "plain",
		Serve: func() http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Text(w, "text/plain", r.Method) })
		},
		Open: func(url string, c *http.Client, _ bool) (Calls, error) {
			c = client(c.Transport)
			send := func(ctx context.Context, method string, body io.Reader) (string, error) {
				req, err := http.NewRequestWithContext(ctx, method, url, body)
				if err != nil {
					return "", err
				}
				resp, err := c.Do(req)
				if err != nil {
					return "", err
				}
				defer func() { _ = resp.Body.Close() }()
				text, err := io.ReadAll(resp.Body)
				if resp.StatusCode != http.StatusOK {
					err = errors.New(resp.Status)
				}
				return string(text), err
			}
			return Calls{
				Read: func(ctx context.Context) (string, error) { return send(ctx, "GET", nil) },
				Write: func(ctx context.Context, text string) (string, error) {
					return send(ctx, "PUT", strings.NewReader(text))
				},
			}, nil
		},
	}
}

// TestFaultsThatAreNotMendedAreSeen runs the checks of OneFault over the stack, and over clients
// that do not resend or resend something else.
func TestFaultsThatAreNotMendedAreSeen(t *testing.T) {
	t.Parallel()
	over := func(rt http.RoundTripper) *http.Client { return &http.Client{Transport: rt} }
	twice := func(rt http.RoundTripper) *http.Client {
		return &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
			for range 2 { // resends, and forgets half of the body
				if resp, err := rt.RoundTrip(r.Clone(r.Context())); err == nil && resp.StatusCode < 400 {
					return resp, nil
				}
				if r.Body != nil {
					r.Body, r.ContentLength = io.NopCloser(strings.NewReader("half")), 4
				}
			}
			return nil, errors.New("twice in vain")
		})}
	}
	for _, c := range []struct {
		name   string
		sdk    *SDK
		bare   bool
		call   string
		fault  Fault
		extra  int
		good   bool
		faults int
	}{
		{"the stack, a read", plain(over), false, "read", Unavailable, 1, true, 0},
		{"the stack, a read that is reset", plain(over), false, "read", Reset, 1, true, 0},
		{"the stack, a write", plain(over), false, "write", Throttled, 1, true, 0},
		{"the stack, a write that is half read", plain(over), false, "write", HalfRead, 1, true, 0},
		{"no stack", plain(over), true, "read", Unavailable, 0, false, 0},
		{"half a body", plain(twice), true, "write", Unavailable, 1, true, 2},
		{"half a body, and at once", plain(twice), true, "write", Throttled, 1, true, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, c.sdk, config{bare: c.bare})
			call := r.each()[c.call]
			clean, got := r.do(t, Fault{}, false, 0, call), r.do(t, c.fault, false, 0, call)
			extra, good, _ := further(c.sdk, c.call, c.fault, clean, got)
			faults := whole(c.fault, clean.requests, got.requests, extra)
			if extra != c.extra || good != c.good || len(faults) != c.faults {
				t.Errorf("%d further, good %v, %q; want %d, %v, %d faults", extra, good, faults, c.extra, c.good, c.faults)
			}
		})
	}
}

// TestASlotThatIsKeptIsSeen takes the only slot with a body that is closed late.
func TestASlotThatIsKeptIsSeen(t *testing.T) {
	r := start(t, plain(func(rt http.RoundTripper) *http.Client { return &http.Client{Transport: rt} }), config{})
	client := &http.Client{Transport: gracy.Around(http.DefaultTransport, r.slots)}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if n := r.slots.InFlight(); n != 1 {
		t.Errorf("%d slots are taken, want 1", n)
	}
	_ = resp.Body.Close()
	r.checkSlot(t)
}

// trip is a round tripper that is a function.
type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
