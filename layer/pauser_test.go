package layer_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

type pauser struct{ paused time.Duration }

func (p *pauser) Throttled() int        { return 1 }
func (p *pauser) Until() time.Time      { return time.Time{} }
func (p *pauser) Pause(d time.Duration) { p.paused += d }

func TestTheFirstOfferOfAPauseCounts(t *testing.T) {
	first, second := new(pauser), new(pauser)
	var got, none layer.Pauser
	rt := layer.Wrap("test", nil, rttest.Func(func(req *http.Request) (*http.Response, error) {
		return rttest.Response(req, 429, ""), nil
	}), func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		none = c.Attempt().Pauser()
		resp, err := next.RoundTrip(req)
		layer.OfferPause(c.Attempt(), first)
		layer.OfferPause(c.Attempt(), second)
		got = c.Attempt().Pauser()
		return resp, err
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if none != nil || got != layer.Pauser(first) {
		t.Errorf("before an offer %v, after two %v; want none and the first", none, got)
	}
}
