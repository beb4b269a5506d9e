package fault

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// ProxyConfig says what a [Proxy] stands in front of. Only Target is required.
type ProxyConfig struct {
	// Target is the base URL of the server behind, http or https; a path in it
	// is put before the path of each request.
	Target string
	// Plan is the faults; the zero Plan passes all.
	Plan Plan
	// Quota comes before the faults; the zero Limit is none.
	Quota Limit
	// Routes are the patterns of http.ServeMux to count by, see [NewLog].
	Routes []string
	// Keep is how many records the log keeps, see [NewLog].
	Keep int
	// Transport reaches the target. Nil: a plain one of the proxy's own.
	Transport http.RoundTripper
}

// Proxy is a reverse proxy on loopback that injects faults on the wire before
// another server and counts what arrives. The client's Host header and bytes
// pass unchanged, so signatures and absolute links stay valid.
type Proxy struct {
	*Server
	Log    *Log      // what arrived, and what was answered
	Faults *Injector // what was injected
	Quota  *Quota    // nil without one

	idle interface{ CloseIdleConnections() }
}

// writerKey is where a request's context has its http.ResponseWriter.
type writerKey struct{}

// StartProxy starts a proxy. Errors are a target that is no http URL, or those
// of listening; it panics on a plan, quota or pattern that makes no sense.
func StartProxy(c ProxyConfig) (*Proxy, error) {
	target, err := url.Parse(c.Target)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, errors.New("fault: proxy: target is not an http or https URL")
	}
	p := &Proxy{Log: NewLog(c.Keep, c.Routes...)}
	next := c.Transport
	if next == nil {
		// No proxy from the environment, and no decoding on the way.
		own := &http.Transport{DisableCompression: true}
		next, p.idle = own, own
	}
	back := &httputil.ReverseProxy{
		Transport: next,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		// An upgrade is written to the bare connection, past the log.
		ModifyResponse: func(resp *http.Response) error {
			if w, ok := resp.Request.Context().Value(writerKey{}).(http.ResponseWriter); ok && resp.StatusCode == http.StatusSwitchingProtocols {
				noteStatus(w, resp.StatusCode)
			}
			return nil
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
	}
	p.Faults = Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		back.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), writerKey{}, w)))
	}), c.Plan)
	var h http.Handler = p.Faults
	if c.Quota != (Limit{}) {
		p.Quota = NewQuota(c.Quota)
		h = p.Quota.Wrap(h)
	}
	if p.Server, err = Start(p.Log.Wrap(h)); err != nil {
		return nil, err
	}
	return p, nil
}

// Close closes as [Server.Close] does, and the idle connections to the target.
func (p *Proxy) Close() error {
	err := p.Server.Close()
	if p.idle != nil {
		p.idle.CloseIdleConnections()
	}
	return err
}
