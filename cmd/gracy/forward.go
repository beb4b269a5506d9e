package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// forward passes requests on to rt: those with an absolute URL, as a proxy gets them, for
// that URL, others for origin; nil takes none of these. Of a request for origin, own says
// whether its Host names this server, and not the one that it is for.
func forward(rt http.RoundTripper, origin *url.URL, own func(host string) bool, log io.Writer) http.Handler {
	p := &httputil.ReverseProxy{
		Transport:     rt,
		FlushInterval: -1, // a stream comes as it comes
		Rewrite: func(r *httputil.ProxyRequest) {
			if r.In.URL.Host == "" {
				r.Out.URL.Scheme, r.Out.URL.Host = origin.Scheme, origin.Host
				if own(r.In.Host) {
					r.Out.Host = ""
				}
			}
			// Rewrite has put the parameters in order, and left out what it cannot read.
			r.Out.URL.RawQuery = r.In.URL.RawQuery
			// Rewrite has taken them out; they are the client's to send.
			for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if v, ok := r.In.Header[name]; ok {
					r.Out.Header[name] = v
				}
			}
			// What the proxy itself was asked for is not the server's to know.
			r.Out.Header.Del("Proxy-Authorization")
			r.Out.Header.Del("Proxy-Connection")
		},
		ErrorHandler: func(w http.ResponseWriter, req *http.Request, err error) {
			if miss, ok := errors.AsType[*replay.MissError](err); ok {
				_, _ = fmt.Fprintln(log, safetext.Escape(miss.Error()))
				respondWithMiss(w, miss)
				return
			}
			_, _ = fmt.Fprintf(log, "%s %s: %s\n", cleanLine(req.Method), cleanLine(redact.URL(req.URL)), cleanLine(redact.Error(err)))
			if _, ok := errors.AsType[*store.Fault](err); ok {
				panic(http.ErrAbortHandler) // the connection broke then, and breaks now
			}
			http.Error(w, redact.Error(err), http.StatusBadGateway)
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Host == "" && origin == nil {
			http.Error(w, "this is a proxy: send requests for http URLs through it", http.StatusBadRequest)
			return
		}
		if scheme := req.URL.Scheme; req.URL.Host != "" && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			http.Error(w, "this is a proxy for http and https URLs alone, not "+safetext.Escape(scheme), http.StatusNotImplemented)
			return
		}
		w.Header()["Content-Type"] = nil // where the server gave none, none is guessed
		p.ServeHTTP(w, req)
	})
}
