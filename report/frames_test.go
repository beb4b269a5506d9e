package report

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

// Pages that poll or are opened cost as little as the viewers of a stream.
func TestPollingMakesNoMoreFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		f := newFrames(func() ([]byte, error) { made++; time.Sleep(40 * time.Millisecond); return fmt.Append(nil, made), nil })
		end := time.Now().Add(20 * time.Second)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for time.Now().Before(end) {
					if b, _, err := f.get(); err != nil || len(b) == 0 {
						t.Errorf("a frame is %q, %v", b, err)
					}
					time.Sleep(100 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		if made < 8 || made > 11 {
			t.Errorf("for 20 who poll, %d frames of 40 ms were made in 20 s, want one every 2 s", made)
		}
	})
}

// The page and its frames, requested again and again, read the source as seldom as a stream does.
func TestAskingAgainReadsNoSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which no time goes by
		counted := &counting{recorded: page10k(20)}
		page := Handler(counted)
		defer page.Close()
		for _, target := range []string{"/", "/frame.json"} {
			counted.read = 0
			for range 5 {
				w := httptest.NewRecorder()
				page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "pokemon") {
					t.Fatalf("%s: %d", target, w.Code)
				}
			}
			if counted.read > 1 {
				t.Errorf("%s, asked for 5 times, reads the source %d times", target, counted.read)
			}
		}
	})
}

// counting counts how often it is read.
type counting struct {
	recorded
	read int
}

func (c *counting) Snapshot() metrics.Snapshot {
	c.read++
	return c.recorded.Snapshot()
}

// A viewer that leaves while a frame is made leaves no frame behind, which another viewer would get
// much later as the latest.
func TestNoFrameOfTheDayBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) {
			s := time.Now().String()
			time.Sleep(100 * time.Millisecond)
			return []byte(s), nil
		})
		_, end := viewer(h)
		time.Sleep(50 * time.Millisecond)
		end() // before the frame is made
		time.Sleep(24 * time.Hour)
		came := time.Now().String()
		s, end := viewer(h)
		time.Sleep(time.Second)
		end()
		if got := s.frames(); len(got) != 1 || got[0] != came {
			t.Errorf("who comes at %s gets %q", came, got)
		}
		h.close()
	})
}

// Viewers that come and go at once cause no more frames than one that stays, and no older frame
// follows a newer one.
func TestViewersWhoComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		h := newHub(func() ([]byte, error) {
			made++
			n := made
			time.Sleep(20 * time.Millisecond)
			return fmt.Appendf(nil, "%04d", n), nil
		})
		for range 1000 {
			s, end := viewer(h)
			time.Sleep(10 * time.Millisecond)
			end()
			if got := s.frames(); len(got) > 2 || len(got) == 2 && got[0] >= got[1] {
				t.Fatalf("a viewer gets %q", got)
			}
		}
		h.close()
		if made > 11 {
			t.Errorf("in 10 s %d frames were made, want at most one a second", made)
		}
	})
}
