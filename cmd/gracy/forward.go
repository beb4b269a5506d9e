package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	golog "log"
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
		ModifyResponse: func(resp *http.Response) error {
			switch code := resp.StatusCode; {
			case code == http.StatusSwitchingProtocols:
			case code < 200 || code > 999:
				return fmt.Errorf("%d is not a response status", code) // net/http panics on it
			default:
				resp.Body = &followed{ReadCloser: resp.Body, req: resp.Request, log: log}
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, req *http.Request, err error) {
			if miss, ok := errors.AsType[*replay.MissError](err); ok {
				_, _ = fmt.Fprintln(log, missText(miss))
				respondWithMiss(w, miss)
				return
			}
			what := redact.Error(err)
			if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
				what += " (--upstream-ca trusts the authorities in a file)"
			}
			if why := ended(req); why != "" {
				what = why + " before there was a response"
			}
			_, recorded := errors.AsType[*store.Fault](err)
			if recorded {
				what += ", as the tape has it"
			}
			line := about(req, what)
			_, _ = fmt.Fprintln(log, line)
			if recorded {
				panic(http.ErrAbortHandler) // the connection broke then, and breaks now
			}
			http.Error(w, "gracy: "+line, http.StatusBadGateway)
		},
		ErrorLog: golog.New(io.Discard, "", 0), // it has what followed says, without the request
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Host == "" && origin == nil {
			http.Error(w, "this is a proxy: send requests for http URLs through it", http.StatusBadRequest)
			return
		}
		if scheme := req.URL.Scheme; req.URL.Host != "" && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			http.Error(w, "this proxy takes only http and https URLs, not "+cmp.Or(safetext.Escape(scheme), "a tunnel in a tunnel"), http.StatusNotImplemented)
			return
		}
		w.Header()["Content-Type"] = nil // where the server gave none, none is guessed
		p.ServeHTTP(w, req)
	})
}

// ended returns why nobody waits for the response to a request any more, "" if somebody does.
func ended(req *http.Request) string {
	switch cause := context.Cause(req.Context()); {
	case cause == nil:
		return ""
	case errors.Is(cause, errEnding):
		return "the proxy ended"
	}
	return "its client left"
}

// followed is the body of a response, which says where it breaks off.
type followed struct {
	io.ReadCloser
	req  *http.Request
	log  io.Writer
	size int64
}

func (f *followed) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.size += int64(n)
	if err != nil && err != io.EOF && ended(f.req) == "" {
		_, _ = fmt.Fprintln(f.log, about(f.req, fmt.Sprintf("the response broke off after %d bytes: %s", f.size, redact.Error(err))))
	}
	return n, err
}
