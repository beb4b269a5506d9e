package pokeapi

import "github.com/gracy-go/gracy/internal/fault"

// A Server is an API on a free port of 127.0.0.1.
type Server struct {
	*API
	// URL is "http://127.0.0.1:" and the port, without a slash or path.
	URL string

	server *fault.Server
}

// Start serves an API. It returns an error if it cannot listen. The caller must close the server.
func Start(o Options) (*Server, error) {
	a := New(o)
	s, err := fault.Start(a)
	if err != nil {
		return nil, err
	}
	return &Server{API: a, URL: s.URL, server: s}, nil
}

// Base returns the URL of all resources, with a slash at its end.
func (s *Server) Base() string { return s.URL + root + "/" }

// Close ends every request and waits for the goroutines of the server. Its counts can still be read
// afterwards.
func (s *Server) Close() error { return s.server.Close() }
