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
	// Target is the base URL of the other server, http or https; its path, if
	// any, is put before the path of each request.
	Target string
	// Plan says which faults are injected; the zero Plan injects none.
	Plan Plan
	// Quota is a limit that is checked before the faults; zero means no limit.
	Quota Limit
	// Routes are the patterns of http.ServeMux to count by, see [NewLog].
	Routes []string
	// Keep is the number of records that the log keeps, see [NewLog].
	Keep int
	// Transport sends to the target. Nil means an http.Transport of the proxy.
	Transport http.RoundTripper
}

// A Proxy is a reverse proxy on loopback that injects faults on the wire before
// another server and counts what arrives. The client's Host header and bytes
// pass unchanged, so signatures and absolute links stay valid.
type Proxy struct {
	*Server
	Log    *Log      // the requests that arrived, and the statuses of the responses
	Faults *Injector // the faults that were injected
	Quota  *Quota    // the quota of the config, nil if it has none

	idle interface{ CloseIdleConnections() }
}

// writerKey is the key of the http.ResponseWriter in the context of a request.
type writerKey struct{}

// StartProxy starts a proxy. It returns an error for a target that is not an http
// or https URL, and that of listening; it panics on an invalid plan, quota or
// pattern.
func StartProxy(c ProxyConfig) (*Proxy, error) {
	target, err := url.Parse(c.Target)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, errors.New("fault: ProxyConfig.Target is not an http or https URL")
	}
	p := &Proxy{Log: NewLog(c.Keep, c.Routes...)}
	next := c.Transport
	if next == nil {
		// It uses no proxy of the environment and decodes nothing.
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

// Close does the work of [Server.Close] and closes the idle connections to the
// target.
func (p *Proxy) Close() error {
	err := p.Server.Close()
	if p.idle != nil {
		p.idle.CloseIdleConnections()
	}
	return err
}
