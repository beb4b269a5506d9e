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

// ProxyConfig configures a [Proxy]. Only Target is required.
type ProxyConfig struct {
	// Target is the base URL of the other server, http or https. Its path, if any, is put before
	// the path of each request.
	Target string
	// Plan says which faults are injected. The zero Plan injects none.
	Plan Plan
	// Quota is a limit that is checked before the faults. Zero means no limit.
	Quota Limit
	// Routes are the patterns of http.ServeMux to count by. See [NewLog].
	Routes []string
	// Keep is the number of records that the log keeps. See [NewLog].
	Keep int
	// Transport sends to the target. Nil means an http.Transport that the proxy makes.
	Transport http.RoundTripper
}

// A Proxy is a reverse proxy on loopback that injects faults on the wire in front of another server
// and counts the requests that arrive. It passes the client's Host header and bytes on unchanged,
// so signatures and absolute links stay valid.
type Proxy struct {
	*Server
	Log    *Log      // the requests that arrived, and the statuses of the responses
	Faults *Injector // the faults that were injected
	Quota  *Quota    // the quota of the config, nil if it has none

	idle interface{ CloseIdleConnections() }
}

// writerKey is the context key of the http.ResponseWriter of a request.
type writerKey struct{}

// StartProxy starts a proxy. It returns an error if the target is not an http or https URL or if it
// cannot listen. It panics if a plan, quota or pattern is invalid.
func StartProxy(c ProxyConfig) (*Proxy, error) {
	target, err := url.Parse(c.Target)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, errors.New("fault: ProxyConfig.Target is not an http or https URL")
	}
	p := &Proxy{Log: NewLog(c.Keep, c.Routes...)}
	next := c.Transport
	if next == nil {
		// It ignores the proxies of the environment and decodes nothing.
		own := &http.Transport{DisableCompression: true}
		next, p.idle = own, own
	}
	back := &httputil.ReverseProxy{
		Transport: next,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
		// An upgrade is written to the connection itself, not through the log.
		ModifyResponse: func(resp *http.Response) error {
			if w, ok := resp.Request.Context().Value(writerKey{}).(http.ResponseWriter); ok && resp.StatusCode == http.StatusSwitchingProtocols {
				recordStatus(w, resp.StatusCode)
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

// Close closes the [Server] and then the idle connections to the target.
func (p *Proxy) Close() error {
	err := p.Server.Close()
	if p.idle != nil {
		p.idle.CloseIdleConnections()
	}
	return err
}
