package bases

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"

	"github.com/gracy-go/gracy/internal/rttest"
)

func TestMain(m *testing.M) { os.Exit(rttest.Main(m)) }

const page = "a page that is long enough to be worth a content coding, and again: a page that is long enough"

// A server does not serve the first request for each path, and asks for NTLM below /ntlm.
type server struct {
	mu     sync.Mutex        // mu guards the fields below
	bodies map[string]string // of each request that got through to a path, one after another
	known  map[string]bool   // the connections that have authenticated
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/ntlm/") && !s.authenticated(w, r) {
		return
	}
	first := s.bodies[r.URL.Path] == ""
	s.bodies[r.URL.Path] += "<" + string(body) + ">"
	if first {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = io.WriteString(w, page)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	_, _ = io.WriteString(z, page)
	_ = z.Close()
}

// authenticated reports whether the connection of a request has authenticated. If not, it responds
// as the next step.
func (s *server) authenticated(w http.ResponseWriter, r *http.Request) bool {
	message, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(r.Header.Get("Authorization"), "NTLM "))
	switch {
	case s.known[r.RemoteAddr]:
	case len(message) < 12:
		w.Header().Set("Www-Authenticate", "NTLM")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "unauthorized")
		return false
	case message[8] == 1:
		w.Header().Set("Www-Authenticate", "NTLM "+challenge())
		w.WriteHeader(http.StatusUnauthorized)
		return false
	}
	s.known[r.RemoteAddr] = true
	return true
}

// challenge returns the second message of NTLM.
func challenge() string {
	b := make([]byte, 52)
	copy(b, "NTLMSSP\x00\x02")
	binary.LittleEndian.PutUint32(b[16:], 48) // where the name of the server would be
	binary.LittleEndian.PutUint32(b[20:], 0x00880201)
	copy(b[24:], "12345678")
	binary.LittleEndian.PutUint16(b[40:], 4) // the length of what is known of the server
	binary.LittleEndian.PutUint16(b[42:], 4)
	binary.LittleEndian.PutUint32(b[44:], 48)
	return base64.StdEncoding.EncodeToString(b)
}

// serve starts the server. With HTTP/2 the base is a transport of golang.org/x/net made by hand.
func serve(t *testing.T, secure bool) (s *server, base http.RoundTripper, url string) {
	t.Helper()
	s = &server{bodies: map[string]string{}, known: map[string]bool{}}
	srv := httptest.NewUnstartedServer(s)
	if !secure {
		srv.Start()
		t.Cleanup(srv.Close)
		return s, srv.Client().Transport, srv.URL
	}
	srv.EnableHTTP2 = true
	srv.StartTLS()
	client, ok := srv.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("a %T", srv.Client().Transport)
	}
	own := &http2.Transport{TLSClientConfig: client.TLSClientConfig.Clone()} //nolint:staticcheck // clients that make one still exist
	t.Cleanup(func() {
		own.CloseIdleConnections() //nolint:staticcheck // the same
		srv.Close()
	})
	return s, own, srv.URL
}
