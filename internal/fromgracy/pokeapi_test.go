package fromgracy_test

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/pokeapi"
	"github.com/gracy-go/gracy/parse"
)

// The helpers that the examples share.

var ctx = context.Background()

type Pokemon struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

var getPokemon = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}")

// A server stands for pokeapi.co and for anything else that an example calls. It is a round tripper
// that sends nothing.
type server struct {
	mu    sync.Mutex
	steps []any
	seen  []*http.Request
	api   http.Handler
}

// pokeAPI returns a server that first responds by the steps, one per request: a status, an error,
// or a handler. Then it is the PokéAPI.
func pokeAPI(steps ...any) *server { return &server{steps: steps, api: pokeapi.Handler()} }

// handled returns a server with one handler.
func handled(f http.HandlerFunc) *server { return &server{api: f} }

// behind returns the API as seen through layers.
func (s *server) behind(layers ...gracy.Layer) parse.API {
	return parse.API{Client: &http.Client{Transport: gracy.Around(s, layers...)}, Base: "https://pokeapi.co/api/v2/"}
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.seen = append(s.seen, req)
	var step any = s.api
	if len(s.steps) > 0 {
		step, s.steps = s.steps[0], s.steps[1:]
	}
	s.mu.Unlock()
	// The server gets a request of its own, as over a network.
	got := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.RequestURI(), req.Body)
	got.Host, got.Header, got.TLS = req.URL.Host, req.Header.Clone(), &tls.ConnectionState{}
	w := httptest.NewRecorder()
	switch step := step.(type) {
	case error:
		return nil, step
	case int:
		_, _ = io.Copy(io.Discard, got.Body)
		w.WriteHeader(step)
	case func(http.ResponseWriter, *http.Request):
		step(w, got)
	case http.Handler:
		step.ServeHTTP(w, got)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, context.Cause(req.Context())
	}
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// sends returns how many requests have reached the server.
func (s *server) sends() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.seen) }

// last returns the request that reached the server last.
func (s *server) last() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[len(s.seen)-1]
}

// lines returns a logger that prints the level and the message of each line.
func lines() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || strings.Contains(a.Key, ".") {
			return slog.Attr{}
		}
		return a
	}}))
}
