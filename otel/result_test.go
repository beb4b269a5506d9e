package otel_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// What is planted in every place that a caller or a server fills is in no span and in no metric.
func TestSecretsAreInNoSpanAndNoMetric(t *testing.T) {
	const planted = "S3CR3T-hunter2-planted"
	synctest.Test(t, func(t *testing.T) {
		s := newSDK()
		c := s.config()
		c.TemplateInMetrics = true
		c.Redactor = redact.New(redact.Rules{Literals: []string{planted}})
		rt := stack(otel.New(c), roundtriptest.Script(
			roundtriptest.Step{Status: 503, Header: http.Header{"X-Error": {planted}, "Location": {"/" + planted}}, Body: planted},
			roundtriptest.Step{Err: fmt.Errorf("Get http://u:%s@api.test/?key=%s: token=%s %s", planted, planted, planted, planted)},
			roundtriptest.Step{Err: errors.New(planted)},
		))
		req := request(t.Context(), t, "GET", "http://user:"+planted+"@api.test/a/"+planted+"/b?access_token="+planted+"&page="+planted)
		req.Header.Set("Authorization", "Bearer "+planted)
		req.Header.Set("X-Custom", planted)
		_, _ = do(t, rt, req)
		_, _ = do(t, rt, request(t.Context(), t, planted, "http://"+planted+".test/"))
		if all := s.everything(t); strings.Contains(strings.ToLower(all), strings.ToLower(planted)) {
			at := strings.Index(strings.ToLower(all), strings.ToLower(planted))
			t.Errorf("the secret is in what was emitted: ...%s...", all[max(0, at-200):at+60])
		}
		if n := len(s.ended()); n < 6 {
			t.Errorf("%d spans, want those of two calls", n)
		}
	})
}

// A literal need not look like a secret, and may be a segment of a path.
func TestALiteralInAPathIsInNoRoute(t *testing.T) {
	s := newSDK()
	c := s.config()
	c.TemplateInMetrics = true
	c.Redactor = redact.New(redact.Rules{Literals: []string{"acme-corp"}})
	_, _ = do(t, stack(otel.New(c), rttest.Respond(200, "")), request(t.Context(), t, "GET", "http://api.test/tenants/acme-corp/orders"))
	if all := s.everything(t); strings.Contains(all, "acme-corp") || !strings.Contains(all, "/tenants/REDACTED/orders") {
		t.Errorf("emitted: %s", all)
	}
}

// Without rules of the user's: what the built-in list knows.
func TestNamedSecretsAreMaskedByDefault(t *testing.T) {
	const planted = "hunter2planted"
	s := newSDK()
	rt := otel.New(s.config()).Attempts().Wrap(roundtriptest.Script(
		roundtriptest.Step{Err: errors.New("GET http://api.test/?api_key=" + planted + ": password=" + planted)}))
	req := request(t.Context(), t, "GET", "http://user:"+planted+"@api.test/?access_token="+planted+"&page=2")
	req.Header.Set("Authorization", "Bearer "+planted)
	_, _ = do(t, rt, req)
	all := s.everything(t)
	if strings.Contains(all, planted) || !strings.Contains(all, "page=2") {
		t.Errorf("emitted: %s", all)
	}
}

// The control: without a layer that redacts, the same search finds the secret.
func TestTheSearchForSecretsFindsThem(t *testing.T) {
	s := newSDK()
	rt := s.stack(rttest.Respond(200, ""))
	ctx := transport.WithRoute(t.Context(), "/a/{name}")
	_, _ = do(t, rt, request(ctx, t, "GET", "http://api.test/a/plain-word?page=plain-word"))
	if !strings.Contains(s.everything(t), "plain-word") {
		t.Error("what is no secret is not in the spans: the search looks in the wrong place")
	}
}

// late is a context whose deadline has passed and that has not noticed.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

// If a time limit has ended a request, its span says so, also if the error of the base says only that
// its connection was closed. Package timeout closes a dead connection before it ends the context.
func TestASpanNamesTheLimitThatEndedItsRequest(t *testing.T) {
	closed := errors.New("use of closed network connection")
	limit := &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	over, cancel := context.WithCancelCause(t.Context())
	cancel(limit)
	canceled, stop := context.WithCancel(t.Context())
	stop()
	for want, c := range map[string]struct {
		ctx context.Context
		err error
	}{
		"use of closed network connection":                            {t.Context(), closed},
		"context deadline exceeded: use of closed network connection": {late{t.Context()}, closed},
		"dial tcp: i/o timeout: use of closed network connection":     {over, closed},
		"dial tcp: i/o timeout":                                       {over, limit},
		"context canceled":                                            {canceled, context.Canceled},
	} {
		for _, instrumented := range []bool{false, true} {
			s := newSDK()
			config := s.config()
			config.Instrumented = instrumented
			base := rttest.Func(func(*http.Request) (*http.Response, error) { return nil, c.err })
			_, _ = do(t, otel.New(config).Attempts().Wrap(base), request(c.ctx, t, "GET", "http://api.test/"))
			for _, span := range s.ended() {
				if got := span.Status().Description; got != want {
					t.Errorf("instrumented: %v: %q, want %q", instrumented, got, want)
				}
			}
			if n := len(s.ended()); n != 1 {
				t.Errorf("%d spans, want 1", n)
			}
		}
	}
}
