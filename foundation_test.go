package gracy_test

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/transport"
)

func noted(p *gracy.Plan, text string) bool {
	return slices.ContainsFunc(p.Notes, func(n string) bool { return strings.Contains(n, text) })
}

func TestExplainNotesABaseWithoutPings(t *testing.T) {
	two, one := new(http.Protocols), new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	one.SetHTTP1(true)
	dial := new(net.Dialer).DialContext
	again := part{"retry", func(p *transport.Plan) { p.Attempts = 3 }}
	for name, test := range map[string]struct {
		base  *http.Transport
		layer gracy.Layer
		want  bool
	}{
		"zero":                {&http.Transport{}, again, true},
		"one attempt":         {&http.Transport{}, part{name: "retry"}, false},
		"pings":               {&http.Transport{HTTP2: &http.HTTP2Config{SendPingTimeout: time.Second}}, again, false},
		"HTTP2 without pings": {&http.Transport{HTTP2: &http.HTTP2Config{}}, again, true},
		"HTTP/1":              {&http.Transport{Protocols: one}, again, false},
		"unencrypted":         {&http.Transport{Protocols: two}, again, true},
		"a dialer":            {&http.Transport{DialContext: dial}, again, false},
		"forced":              {&http.Transport{DialContext: dial, ForceAttemptHTTP2: true}, again, true},
	} {
		p := gracy.Explain(gracy.Around(test.base, test.layer))
		if got := noted(p, "SendPingTimeout"); got != test.want || len(p.Warnings) > 0 {
			t.Errorf("%s: %v, want %v\n%s", name, got, test.want, p)
		}
	}
}

func TestExplainNotesABaseThatKeepsIdleConnectionsForLong(t *testing.T) {
	again := part{"retry", func(p *transport.Plan) { p.Attempts = 3 }}
	for idle, want := range map[time.Duration]string{
		0:                "keeps idle connections forever",
		90 * time.Second: "keeps idle connections for 1m30s",
		time.Minute:      "",
	} {
		base := &http.Transport{IdleConnTimeout: idle}
		p := gracy.Explain(gracy.Around(base, again))
		if got := noted(p, "IdleConnTimeout"); got != (want != "") || want != "" && !noted(p, want) || len(p.Warnings) > 0 {
			t.Errorf("%s: want %q in\n%s", idle, want, p)
		}
		if p := gracy.Explain(gracy.Around(base, part{name: "retry"})); len(p.Notes) > 0 {
			t.Errorf("%s, one attempt: %q", idle, p.Notes)
		}
	}
}

// A base that keeps no idle connection sends nothing on one that its peer has closed.
func TestExplainNotesNoIdleConnectionsWhereNoneAreKept(t *testing.T) {
	again := part{"retry", func(p *transport.Plan) { p.Attempts = 3 }}
	for name, test := range map[string]struct {
		base *http.Transport
		want bool
	}{
		"zero":                   {&http.Transport{}, true},
		"one per host":           {&http.Transport{MaxIdleConnsPerHost: 1}, true},
		"none per host":          {&http.Transport{MaxIdleConnsPerHost: -1}, false},
		"no keep-alives":         {&http.Transport{DisableKeepAlives: true}, false},
		"no keep-alives, for 2m": {&http.Transport{DisableKeepAlives: true, IdleConnTimeout: 2 * time.Minute}, false},
	} {
		if p := gracy.Explain(gracy.Around(test.base, again)); noted(p, "keeps idle connections") != test.want {
			t.Errorf("%s: want %v\n%s", name, test.want, p)
		}
	}
}

func TestExplainNotesABaseWhoseDialsKeepTheirPlaces(t *testing.T) {
	again := part{"retry", func(p *transport.Plan) { p.Attempts = 3 }}
	for name, test := range map[string]struct {
		base  *http.Transport
		layer gracy.Layer
		want  bool
	}{
		"zero":        {&http.Transport{}, again, false},
		"limited":     {&http.Transport{MaxConnsPerHost: 8}, again, true},
		"one attempt": {&http.Transport{MaxConnsPerHost: 8}, part{name: "retry"}, false},
	} {
		p := gracy.Explain(gracy.Around(test.base, test.layer))
		if got := noted(p, "one of the 8 connections of http.Transport.MaxConnsPerHost"); got != test.want || len(p.Warnings) > 0 {
			t.Errorf("%s: %v, want %v\n%s", name, got, test.want, p)
		}
	}
}

// A variable of the type *http.Transport that was never set is no nil base.
func TestExplainWarnsAboutANilTransport(t *testing.T) {
	var base *http.Transport
	for name, client := range map[string]any{
		"alone":    base,
		"a client": &http.Client{Transport: base},
		"a stack":  gracy.Around(base, part{"retry", func(p *transport.Plan) { p.Attempts = 3 }}),
	} {
		if p := gracy.Explain(client); len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "nil *http.Transport") {
			t.Errorf("%s: %q", name, p.Warnings)
		}
	}
}
