package gracy_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
)

// A hook that fails a POST which had a response may do so with the error of a request of its own. That it was not sent
// says nothing of the POST.
func TestAPostThatAHookFailedIsNotSentAgain(t *testing.T) {
	for _, err := range []error{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, errors.New("net/http: TLS handshake timeout")} {
		sent := 0
		audit := hook.New(hook.Hooks{FailOnError: true, After: func(context.Context, hook.Outcome) (*http.Response, error) { return nil, err }})
		rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
			sent++
			return rttest.Response(req, 200, ""), nil
		}), retry.New(retry.Policy{Delay: retry.NoDelay, MarkAmbiguous: true}), audit)
		req, fault := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, strings.NewReader("order"))
		if fault != nil {
			t.Fatal(fault)
		}
		_, got := rt.RoundTrip(req)
		if sent != 1 || !errors.Is(got, err) || !errors.Is(got, retry.ErrAmbiguous) {
			t.Errorf("sent %d times, want once, as an ambiguous one: %v", sent, got)
		}
	}
}

// A tape reads a body of which there is one copy before it sends it. If that fails, nothing was sent.
func TestAPostWhoseBodyATapeCannotReadIsNotAmbiguous(t *testing.T) {
	tape, err := replay.Open(filepath.Join(t.TempDir(), "tape.json"), replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tape.Close()
	rt := gracy.Around(rttest.Func(func(req *http.Request) (*http.Response, error) {
		t.Error("the request was sent")
		return rttest.Response(req, 200, ""), nil
	}), retry.New(retry.Policy{Delay: retry.NoDelay, MarkAmbiguous: true}), tape)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, rttest.URL, iotest.ErrReader(rttest.ErrBoom))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RoundTrip(req); !errors.Is(err, rttest.ErrBoom) || errors.Is(err, retry.ErrAmbiguous) {
		t.Errorf("%v, want the error of the body alone", err)
	}
}
