package roundtriptest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// brokenBody fails when it is read and when it is closed.
type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("no read") }
func (brokenBody) Close() error             { return errors.New("no close") }

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A breach that ends the case skips the rest of it.
func TestAProbeNoticesAnUnsoundResult(t *testing.T) {
	response := func(body io.ReadCloser) *http.Response { return &http.Response{StatusCode: 200, Body: body} }
	for _, tt := range []struct {
		name string
		resp *http.Response
		err  error
		want string
		ends bool
	}{
		{"a response", response(http.NoBody), nil, "", false},
		{"neither", nil, nil, "neither a response nor an error", true},
		{"both", response(http.NoBody), errBase, "a response (200) and an error", true},
		{"no body", response(nil), nil, "a nil Body", true},
		{"an error", nil, errBase, "want a response", true},
		{"a broken body", response(brokenBody{}), nil, "reading the response: no read|closing the response: no close", false},
	} {
		p := &probe{wrap: identity}
		ended := true
		<-p.start(func(p *probe) {
			rt := p.layer(tripper(func(*http.Request) (*http.Response, error) { return tt.resp, tt.err }))
			p.finishBody(p.get(rt, p.request(t.Context(), "/x")))
			ended = false
		})
		text := strings.Join(p.found(), "|")
		if tt.want == "" && text != "" || ended != tt.ends {
			t.Errorf("%s: breaches %q, ended %v", tt.name, text, ended)
		}
		for want := range strings.SplitSeq(tt.want, "|") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: breaches %q, want %q", tt.name, text, want)
			}
		}
	}
}

func TestAProbeNoticesABodyThatIsNotClosedOnce(t *testing.T) {
	for closes, want := range []string{"closed 0 times", "", "closed 2 times"} {
		p := &probe{}
		req, sent := p.post(t.Context(), http.MethodPut, "payload", true)
		again, err := req.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		_ = req.Body.Close()
		for range closes {
			_ = again.Close()
		}
		p.checkClosed("upload", sent)
		text := strings.Join(p.found(), "|")
		if want == "" && text != "" || !strings.Contains(text, want) || want != "" && !strings.Contains(text, "body 1 of GetBody") {
			t.Errorf("%d closes: breaches %q, want %q", closes, text, want)
		}
	}
}

func TestAProbeComparesErrorsByErrorsIs(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errBase, ""},
		{fmt.Errorf("wrapped: %w", errBase), ""},
		{nil, "no error"},
		{errors.New(errBase.Error()), "does not match"},
	} {
		p := &probe{}
		p.checkErr("trip", tt.err, errBase)
		if text := strings.Join(p.found(), "|"); tt.want == "" && text != "" || !strings.Contains(text, tt.want) {
			t.Errorf("%v: breaches %q, want %q", tt.err, text, tt.want)
		}
	}
}

func TestABreachThatRepeatsIsRecordedOnce(t *testing.T) {
	p := &probe{allow: Retries}
	for range 2 {
		p.errorf("number %d", 1)
		p.errorUnless(Retries, "sent twice")
		p.errorUnless(Edits, "edited")
	}
	if got := p.found(); len(got) != 2 || got[0] != "number 1" || !strings.HasSuffix(got[1], "declare roundtriptest.Edits") {
		t.Errorf("breaches %q", got)
	}
}

func TestFinishCallsTheLastCleanupFirst(t *testing.T) {
	p := &probe{}
	var order []int
	for i := range 3 {
		p.cleanup(func() { order = append(order, i) })
	}
	p.finish()
	if fmt.Sprint(order) != "[2 1 0]" {
		t.Errorf("order %v", order)
	}
}
