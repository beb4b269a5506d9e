// Tests of a closed body that concern more than one file.

package replay_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// slowToEnd is a body whose Read returns only when it is released, whether closed or not.
type slowToEnd struct {
	reads   atomic.Int32 // now under way
	most    atomic.Int32
	release chan struct{}
}

func (s *slowToEnd) Read([]byte) (int, error) {
	s.most.Store(max(s.most.Load(), s.reads.Add(1)))
	defer s.reads.Add(-1)
	<-s.release
	return 0, io.EOF
}

func (*slowToEnd) Close() error { return nil }

// Close may stop waiting for a read that is still under way. A caller that then reads the closed
// body must not start a second read beside it.
func TestAClosedBodyIsNotReadBesideTheReadOfItsRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tape, err := replay.New(&tapetest.Memory{}, replay.Options{Mode: replay.ModeRecord})
		if err != nil {
			t.Fatal(err)
		}
		body := &slowToEnd{release: make(chan struct{})}
		resp, err := tape.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, "")
			resp.Body, resp.ContentLength = body, -1
			return resp, nil
		})).RoundTrip(request(t, "GET", api+"/a", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		time.AfterFunc(time.Second, func() { close(body.release) })
		if n, err := resp.Body.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("read %d bytes of a closed body, %v", n, err)
		}
		if n := body.most.Load(); n != 1 {
			t.Errorf("%d reads at once", n)
		}
		time.Sleep(time.Minute)
		closeTape(t, tape)
	})
}
