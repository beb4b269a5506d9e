package mongodb_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
)

// nameServer makes the default resolver send all queries to an address.
func nameServer(t *testing.T, network, address string) {
	t.Helper()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(func() { net.DefaultResolver = before })
}

// Open waits for the name server of a mongodb+srv URI no longer than it may take. The error says
// what is wrong, but not the name, which may be part of the password.
func TestTheNameServerOfAURI(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	tapetest.Must(t, err)
	defer silent.Close()
	nameServer(t, "udp", silent.LocalAddr().String())
	start := time.Now()
	_, err = mongodb.Open(t.Context(), "mongodb+srv://u:hunter22@db.test/d", "a", mongodb.Options{Timeout: 200 * time.Millisecond})
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 3*time.Second {
		t.Errorf("with a name server that is silent Open returns %v after %v, want DeadlineExceeded after 200 ms", err, took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mongodb.Open(ctx, "mongodb+srv://db.test/d", "a", mongodb.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that is over Open returns %v, want Canceled", err)
	}

	nameServer(t, "tcp", "127.0.0.1:1")
	for _, uri := range []string{"mongodb+srv://u:hunter22@db.test/d?srvServiceName=other", "mongodb+srv://u:hunter22/x@db.test/d", "mongodb+srv://hunter22/x@db.test"} {
		_, err := mongodb.Open(t.Context(), uri, "a", mongodb.Options{})
		if err == nil || strings.Contains(err.Error(), "hunter") || !strings.Contains(err.Error(), "connection string") {
			t.Errorf("of %s the error is %v", uri, err)
		}
	}
	_, err = mongodb.Open(t.Context(), "mongodb+srv://db.test/d", "a", mongodb.Options{})
	if err == nil || !strings.Contains(err.Error(), "looked up") {
		t.Errorf("without a name server Open returns %v", err)
	}
}
