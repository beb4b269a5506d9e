package retry_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// A lost response, then 200: how often a POST is sent, and with which key of ours.
func TestWhatIsDeclaredIsSentAgain(t *testing.T) {
	keys := retry.Policy{IdempotencyKey: func() string { return "ours" }}
	for name, tc := range map[string]struct {
		policy retry.Policy
		with   []transport.Override
		url    string
		header string
		sent   int
		ours   bool
	}{
		"control":              {retry.Policy{}, nil, "http://a.test/search", "", 1, false},
		"safe":                 {retry.Policy{}, []transport.Override{transport.Safe("POST /search")}, "http://a.test/search", "", 2, false},
		"safe gets no key":     {keys, []transport.Override{transport.Safe("POST /search")}, "http://a.test/search", "", 2, false},
		"another route":        {retry.Policy{}, []transport.Override{transport.Safe("POST /search")}, "http://a.test/orders", "", 1, false},
		"a trace":              {retry.Policy{}, nil, "http://a.test/orders", "X-Request-Id", 1, false},
		"a trace beside a key": {keys, nil, "http://a.test/orders", "X-Request-Id", 2, true},
		"a declared key":       {keys, []transport.Override{transport.KeyHeader("X-Request-Id", "/")}, "http://a.test/orders", "X-Request-Id", 2, false},
		"a vendor's key":       {keys, nil, "https://storage.googleapis.com/o", "X-Goog-Gcs-Idempotency-Token", 2, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{fails(io.EOF), status(200)}}
			req, _ := http.NewRequestWithContext(transport.With(t.Context(), tc.with...), http.MethodPost, tc.url, strings.NewReader("{}"))
			if tc.header != "" {
				req.Header.Set(tc.header, "theirs")
			}
			if resp, err := retry.New(tc.policy).Wrap(base).RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
			if len(base.sent) != tc.sent {
				t.Errorf("%s: sent %d times, want %d", name, len(base.sent), tc.sent)
			}
			for _, r := range base.sent {
				if ours := r.Header.Get("Idempotency-Key") == "ours"; ours != tc.ours {
					t.Errorf("%s: a key of ours %v, want %v", name, ours, tc.ours)
				}
			}
		})
	}
}

// A note on a 412 after an attempt that may have written says that it may be because of us. A 412
// to a first attempt has no such note.
func TestA412AfterAnAttemptSaysThatItMayBeOurOwn(t *testing.T) {
	const note = "an earlier attempt may have met the condition"
	for name, tc := range map[string]struct {
		steps  []step
		header string
		want   bool
	}{
		"the first":       {[]step{status(412)}, "If-Match", false},
		"after a 502":     {[]step{status(502), status(412)}, "If-Match", true},
		"on no condition": {[]step{status(502), status(412)}, "X-Other", false},
		"another status":  {[]step{status(502), status(404)}, "If-Match", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			for _, expect := range [][]int{nil, {404, 412}} {
				req := request(t, transport.With(t.Context(), transport.Expect{Status: expect}), http.MethodPut, strings.NewReader("x"))
				req.Header.Set(tc.header, `"v"`)
				resp, err := retry.New(retry.Policy{}).Wrap(&script{steps: tc.steps}).RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				if got := strings.Contains(layer.CallOf(resp).String(), note); got != tc.want {
					t.Errorf("%s, expected %v: noted %v, want %v:\n%s", name, expect, got, tc.want, layer.CallOf(resp))
				}
			}
		})
	}
}
