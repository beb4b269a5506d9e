//go:build linux

package postgres_test

import (
	"context"
	"errors"
	"math"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/store"
)

// goneConn is a connection whose network fails after some bytes were written: nothing passes any
// more, and what the server sends, even to ask whether anybody is there, is dropped by the system.
type goneConn struct {
	*net.TCPConn
	left *atomic.Int64 // the bytes that are still written, of all connections together
	over *sync.WaitGroup
}

func (c goneConn) Write(p []byte) (int, error) {
	left := c.left.Add(-int64(len(p))) + int64(len(p))
	if left >= int64(len(p)) {
		return c.TCPConn.Write(p)
	}
	if left > 0 {
		if _, err := c.TCPConn.Write(p[:left]); err != nil {
			return 0, err
		}
		raw, err := c.SyscallConn()
		if err != nil {
			return 0, err
		}
		control := raw.Control(func(fd uintptr) {
			err = syscall.AttachLsf(int(fd), []syscall.SockFilter{{Code: syscall.BPF_RET | syscall.BPF_K}}) //nolint:staticcheck // one instruction needs no package
		})
		if err := errors.Join(control, err); err != nil {
			return 0, err
		}
		go func() {
			c.over.Wait()
			_ = c.SetLinger(0) // a reset
			_ = c.TCPConn.Close()
		}()
	}
	return len(p), nil
}

// Close of a connection whose network has failed does not reach the server.
func (c goneConn) Close() error {
	if c.left.Load() >= 0 {
		return c.TCPConn.Close()
	}
	return c.SetDeadline(time.Unix(1, 0))
}

// A server that does not notice the end of a connection gives back its locks, also if the network fails
// in the middle of a batch.
func TestALockOutlivesNoNetwork(t *testing.T) {
	base := server(t)
	config, err := pgxpool.ParseConfig(base)
	tapetest.Must(t, err)
	config.ConnConfig.TLSConfig, config.ConnConfig.Fallbacks = nil, nil
	var left atomic.Int64
	var over sync.WaitGroup
	over.Add(1)
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if left.Load() < 0 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ENETUNREACH}
		}
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return goneConn{c.(*net.TCPConn), &left, &over}, nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	tapetest.Must(t, err)
	defer pool.Close()
	defer over.Done()
	left.Store(math.MaxInt64)
	s, err := postgres.New(t.Context(), pool, "a", postgres.Options{Timeout: time.Second})
	tapetest.Must(t, err)
	const passes = 200_000 // the lock, and a part of what is to be stored under it
	left.Store(passes)
	err = s.Append([]store.Entry{{Exchange: tapetest.Exchange(1, "GET", "http://api.test/gone", strings.Repeat("x", 2<<20))}})
	if !errors.Is(err, context.DeadlineExceeded) || left.Load() >= 0 {
		t.Errorf("Append over a network that fails returns %v, want DeadlineExceeded", err)
	}
	other := open(t, base, "a", postgres.Options{Timeout: 20 * time.Second})
	tapetest.Must(t, other.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}))
}

// The longest time is no limit.
func TestALockWithTheLongestTimeout(t *testing.T) {
	s := open(t, server(t), "a", postgres.Options{Timeout: math.MaxInt64})
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}))
	if got := tapetest.IDs(t, s, 0); len(got) != 1 {
		t.Errorf("there are %v, want one", got)
	}
}
