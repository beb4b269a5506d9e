package roundtriptest

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A memory is what a mutant remembers of earlier calls.
type memory struct {
	mu   sync.Mutex // mu guards the rest.
	text map[string]string
	used int
	kept []*http.Response
	last time.Time
}

// remembering makes a mutant with a memory for each round tripper that it wraps.
func remembering(bug, must string, trip func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error)) mutant {
	return mutant{bug: bug, must: must, wrap: func(next http.RoundTripper) http.RoundTripper {
		m := &memory{text: map[string]string{}}
		return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.URL == nil || req.Header == nil {
				return next.RoundTrip(req)
			}
			return trip(m, next, req)
		}}
	}}
}

func (m *memory) get(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text[key]
}

func (m *memory) put(key, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if text != "" {
		m.text[key] = text
	}
}

// wearing makes a mutant that keeps a header of responses, by the key of a request, and
// spoils later requests with it.
func wearing(bug, header string, key func(*url.URL) string, spoil func(c *http.Request, had string)) mutant {
	return remembering(bug, "calls-forget", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if had := m.get(key(req.URL)); had != "" {
			c, u := copyOf(req.Context(), req), *req.URL
			c.URL = &u
			spoil(c, had)
			req = c
		}
		k := key(req.URL)
		resp, err := next.RoundTrip(req)
		if err == nil && resp != nil {
			m.put(k, resp.Header.Get(header))
		}
		return resp, err
	})
}

func stateMutants() []mutant {
	host := func(u *url.URL) string { return u.Host }
	whole := func(u *url.URL) string { return u.String() }
	return []mutant{
		{bug: "one call at a time per host, until the headers", must: callsOverlapName, wrap: func(next http.RoundTripper) http.RoundTripper {
			var hosts sync.Map
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				if req.URL != nil {
					lock, _ := hosts.LoadOrStore(req.URL.Host, new(sync.Mutex))
					lock.(*sync.Mutex).Lock()
					defer lock.(*sync.Mutex).Unlock()
				}
				return next.RoundTrip(req)
			}}
		}},
		remembering("keeps a millisecond between calls", "calls-wait-for-nothing", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
			m.mu.Lock()
			now := time.Now()
			at := m.last.Add(time.Millisecond)
			if at.Before(now) {
				at = now
			}
			m.last = at
			m.mu.Unlock()
			if !waitFor(req.Context(), at.Sub(now)) {
				closeBody(req)
				return nil, req.Context().Err()
			}
			return next.RoundTrip(req)
		}),
		{bug: "has room for five open bodies", must: "calls-wait-for-nothing", wrap: func(next http.RoundTripper) http.RoundTripper {
			open := make(chan struct{}, 5)
			return around{next, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if err != nil || resp == nil {
					return resp, err
				}
				select {
				case open <- struct{}{}:
					return atBodyEnd(resp, func() { <-open }), nil
				case <-req.Context().Done():
					dispose(resp, nil)
					return nil, req.Context().Err()
				}
			}}
		}},
		remembering("remembers a 301", "calls-forget", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if to := m.get(req.URL.String()); to != "" {
				closeBody(req)
				resp := newResponse(req, 301, "")
				resp.Header.Set("Location", to)
				return resp, nil
			}
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == 301 {
				m.put(req.URL.String(), resp.Header.Get("Location"))
			}
			return resp, err
		}),
		wearing("sends If-None-Match for the ETag it saw", "Etag", whole, func(c *http.Request, had string) { c.Header.Set("If-None-Match", had) }),
		wearing("goes to https after Strict-Transport-Security", "Strict-Transport-Security", host, func(c *http.Request, _ string) { c.URL.Scheme = "https" }),
		wearing("has a jar of its own", "Set-Cookie", host, func(c *http.Request, had string) { c.Header.Add("Cookie", had) }),
		wearing("sends the token that a response came with", "X-Csrf-Token", host, func(c *http.Request, had string) { c.Header.Set("X-Csrf-Token", had) }),
		remembering("does not ask again for what was not found", "calls-forget", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if m.get(req.URL.String()) != "" {
				closeBody(req)
				return newResponse(req, 410, "first"), nil
			}
			resp, err := next.RoundTrip(req)
			if err == nil && resp != nil && resp.StatusCode == 410 {
				m.put(req.URL.String(), "gone")
			}
			return resp, err
		}),
		losing("loses a slot of a thousand with each call", 1000, func(*http.Response, error) bool { return true }),
		losing("loses a slot of a thousand with each response", 1000, func(resp *http.Response, _ error) bool { return resp != nil }),
		losing("loses a slot of a hundred when a call is canceled", 100, func(_ *http.Response, err error) bool { return err != nil && !errors.Is(err, errBase) }),
		losing("loses a slot of a hundred when there is no body", 100, func(resp *http.Response, _ error) bool {
			return resp != nil && resp.Body == io.ReadCloser(http.NoBody)
		}),
		keeping("keeps every response", func(*http.Response) bool { return true }),
		keeping("keeps the responses that are errors", func(resp *http.Response) bool { return resp.StatusCode >= 400 }),
	}
}

// losing makes a mutant that does not get a slot back after some calls.
func losing(bug string, slots int, lost func(*http.Response, error) bool) mutant {
	return remembering(bug, "calls-leave-nothing", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
		m.mu.Lock()
		full := m.used >= slots
		m.mu.Unlock()
		if full {
			closeBody(req)
			return nil, errors.New("mutant: no slot is free")
		}
		resp, err := next.RoundTrip(req)
		if lost(resp, err) {
			m.mu.Lock()
			m.used++
			m.mu.Unlock()
		}
		return resp, err
	})
}

// keeping makes a mutant that keeps some responses forever.
func keeping(bug string, which func(*http.Response) bool) mutant {
	return remembering(bug, "calls-leave-nothing", func(m *memory, next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil && resp != nil && which(resp) {
			m.mu.Lock()
			m.kept = append(m.kept, resp)
			m.mu.Unlock()
		}
		return resp, err
	})
}
