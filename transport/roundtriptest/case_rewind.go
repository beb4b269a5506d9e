package roundtriptest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// rewindCases are about a GetBody that does not copy: it rewinds the one body that there is, and
// returns that. SDKs that keep the body of a call open for all of their attempts do so.
func rewindCases() []testCase {
	return []testCase{{
		name:   "rewound-body-arrives-whole",
		reason: "the GetBody of some SDKs (azcore) rewinds the one body and returns that; a layer that reads it to its end, to sign or compare it, leaves nothing to be sent",
		run:    rewoundArrivesWhole,
	}, {
		name:   "rewound-body-early-response",
		reason: "such a body must not be rewound while http.Transport still reads it for the attempt before, and one that arrives short must not hide the server's response",
		run:    rewoundEarlyResponse,
	}}
}

// A kept is a body that its owner sends again: Close does nothing to it.
type kept struct{ io.ReadSeeker }

func (kept) Close() error { return nil }

// rewinds gives req a body that GetBody rewinds. The Body of req is that body or, if around is set,
// a wrapper of it.
func rewinds(req *http.Request, payload string, around bool) {
	body := &kept{strings.NewReader(payload)}
	req.Body, req.ContentLength = body, int64(len(payload))
	if around {
		req.Body = &struct{ io.ReadCloser }{body}
	}
	req.GetBody = func() (io.ReadCloser, error) {
		_, err := body.Seek(0, io.SeekStart)
		return body, err
	}
}

func rewoundArrivesWhole(p *probe) {
	payload := strings.Repeat("0123456789", 1000)
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		for what, steps := range outcomes() {
			for _, around := range []bool{false, true} {
				base := Script(steps...)
				req, _ := p.post(context.Background(), method, "", false)
				rewinds(req, payload, around)
				dispose(p.trip(p.layer(base), req))
				for i, call := range base.Calls() {
					if !steps[min(i, len(steps)-1)].Unread && string(call.Body) != payload {
						p.errorf("%s, %s, around %v: attempt %d sent %d bytes; want %d", method, what, around, i+1, len(call.Body), len(payload))
					}
				}
			}
		}
	}
}

func rewoundEarlyResponse(p *probe) {
	var numbers strings.Builder
	for i := range 50 {
		_, _ = fmt.Fprintf(&numbers, "%08d", i)
	}
	payload := numbers.String()
	slowly := func(req *http.Request, began func()) error { // as over a slow connection
		defer closeBody(req)
		buf := make([]byte, 8)
		var sent strings.Builder
		for {
			n, err := req.Body.Read(buf)
			sent.Write(buf[:n])
			if !strings.HasPrefix(payload, sent.String()) {
				p.errorf("an attempt sent %.40q, which is not the start of the body", sent.String())
				return io.ErrUnexpectedEOF
			}
			switch {
			case err == io.EOF && sent.Len() < len(payload):
				return io.ErrUnexpectedEOF
			case err == io.EOF:
				return nil
			case err != nil:
				return err
			}
			began()
			time.Sleep(20 * time.Millisecond)
		}
	}
	for _, around := range []bool{false, true} {
		base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
			uploading, broken := make(chan struct{}, len(payload)), make(chan error, 1)
			go p.catch(func() { // as http.Transport's writeLoop does
				broken <- slowly(req, func() { uploading <- struct{}{} })
			})
			select {
			case <-uploading:
			case err := <-broken:
				return nil, err
			}
			return newResponse(req, 503, "early"), nil
		}}, Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
			if err := slowly(req, func() {}); err != nil {
				return nil, err
			}
			return newResponse(req, 200, "fine"), nil
		}})
		req, _ := p.post(context.Background(), http.MethodPut, "", false)
		rewinds(req, payload, around)
		resp, err := p.trip(p.layer(base), req)
		if err != nil && len(base.Calls()) > 0 {
			p.errorf("the call ended with %v; want a response of the server's", err)
		}
		dispose(resp, err)
		rest()
	}
}
