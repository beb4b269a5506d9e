package replay_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// A registered literal in the path is masked, in the route too, and the exchange is recorded.
func TestALiteralInThePathIsMasked(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		opts := replay.Options{Mode: replay.ModeRecord, Redact: redact.Rules{Literals: []string{"LITERALsecret99"}}}
		tape := open(t, path, opts)
		want(t, tape.Wrap(numbered()), api+"/lit/LITERALsecret99", 200, "1")
		closeTape(t, tape)
		if s := tape.Stats(); s.Recorded != 1 || bytes.Contains(raw(t, path), []byte("LITERAL")) {
			t.Errorf("%s: %+v, %s", name, s, raw(t, path))
		}
		opts.Mode = replay.ModeReplay
		want(t, open(t, path, opts).Wrap(noNetwork(t)), api+"/lit/LITERALsecret99", 200, "1")
	}
}

// A registered literal appears in nothing that a tape says about a request.
func TestNoErrorPrintsALiteral(t *testing.T) {
	const secret = "LITERALsecret99"
	var texts []string
	opts := replay.Options{
		Redact: redact.Rules{Literals: []string{secret}}, MaxBody: 64,
		OnError: func(err error) { texts = append(texts, err.Error()) },
	}
	path := filepath.Join(t.TempDir(), "t.json")
	tape := open(t, path, opts)
	rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		switch req.Method {
		case "LONG":
			return respond(req, 200, strings.Repeat("x", 65)), nil
		case "PACKED":
			resp := respond(req, 200, "x")
			resp.Header.Set("Content-Encoding", "unknown")
			return resp, nil
		}
		return respond(req, 200, "x"), nil
	}})
	for _, method := range []string{secret, "LONG", "PACKED", "GET"} {
		send(t, rt, request(t, method, api+"/"+secret, ""))
	}
	resp, err := rt.RoundTrip(request(t, "LATE", api+"/"+secret, ""))
	if err != nil {
		t.Fatal(err)
	}
	texts = append(texts, tape.Flush(t.Context()).Error(), tape.Close().Error())
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if len(texts) != 6 {
		t.Errorf("%d errors, want those of a method, MaxBody, an encoding, Flush, Close and a late one: %q", len(texts), texts)
	}

	tape = open(t, path, opts)
	for _, url := range []string{"/" + secret, "/" + secret + "/x?" + secret + "=1"} {
		_, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "PUT", api+url, "").WithContext(transport.With(t.Context(), replay.ModeReplay)))
		miss, ok := errors.AsType[*replay.MissError](err)
		if !ok || miss.Nearest == "" {
			t.Fatalf("%s: %v, want a miss with a neighbor", url, err)
		}
		texts = append(texts, err.Error(), miss.Route, miss.Method)
	}
	for _, text := range texts {
		if strings.Contains(text, secret) {
			t.Errorf("the secret is in %q", text)
		}
	}
}
