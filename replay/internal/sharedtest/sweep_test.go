package sharedtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// remote is a store of which each call first asks a server, with five bytes each way.
type remote struct {
	Store
	addr    string
	timeout time.Duration
	defect  string
}

// ask asks the server until it responds.
func (s *remote) ask() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	for try := 1; ; try++ {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", s.addr)
		if err == nil {
			end := context.AfterFunc(ctx, func() { _ = c.Close() })
			_, err = ask(c, "hello")
			_ = c.Close()
			end()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			<-ctx.Done() // a dial may see the end of the time a moment before
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil && s.defect == "has another error":
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case s.defect == "gives up" || try == 100:
			return err
		}
	}
}

func (s *remote) Append(batch []store.Entry) error {
	err := s.ask()
	switch {
	case err != nil && s.defect == "stores and fails":
		_ = s.Store.Append(batch)
		return err
	case err == nil:
		return s.Store.Append(batch)
	case s.defect == "loses":
		return nil
	}
	return err
}

func (s *remote) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	if err := s.ask(); err != nil {
		return nil, err
	}
	return s.Store.Find(key, after)
}

func (s *remote) Near(key store.Key, n int) ([]*store.Exchange, error) {
	if err := s.ask(); err != nil {
		return nil, err
	}
	return s.Store.Near(key, n)
}

func (s *remote) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	if err := s.ask(); err != nil {
		return func(yield func(*store.Exchange, error) bool) { yield(nil, err) }
	}
	return s.Store.Scan(after)
}

func (s *remote) Part(id store.ID, number int) ([]byte, error) {
	if err := s.ask(); err != nil {
		return nil, err
	}
	return s.Store.Part(id, number)
}

// own is a store that gives an exchange whose ID is taken another, as those in databases do.
type own struct{ Store }

func (s own) Append(batch []store.Entry) error {
	for i, e := range batch {
		for x, err := range s.Scan(e.ID - 1) {
			if err != nil {
				return err
			}
			if x.ID == e.ID {
				y := *x
				y.ID += 5
				batch[i].Exchange = &y
			}
			break
		}
	}
	return s.Store.Append(batch)
}

// What a store does wrong after a fault is noticed.
func TestSweepAndStalls(t *testing.T) {
	const timeout = 100 * time.Millisecond
	for _, c := range []struct {
		defect         string
		sweeps, stalls bool // whether they pass
	}{{"", true, true}, {"gives up", false, true}, {"loses", true, false}, {"has another error", true, false}, {"stores and fails", true, false}} {
		if testing.Short() && c.defect != "" && c.defect != "stores and fails" {
			continue
		}
		for name, passes := range map[string]bool{"Sweep": c.sweeps, "Stalls": c.stalls} {
			failed := tapetest.Attempt(t, func(tb testing.TB) {
				tb.Helper()
				direct := own{openBolt(tb)}
				r := NewRelay(tb, echo(t))
				s := &remote{Store: direct, addr: r.Addr, timeout: timeout, defect: c.defect}
				if name == "Stalls" {
					Stalls(tb, s, direct, r, timeout)
					return
				}
				s.timeout = time.Minute
				Sweep(tb, s, direct, r)
			})
			if (len(failed) == 0) != passes {
				t.Errorf("of a store that %q %s says %s", c.defect, name, fmt.Sprint(failed))
			}
		}
	}
}
