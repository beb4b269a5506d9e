package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

func TestAPeekThatTookTooLongLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		resp := &http.Response{Body: pr}
		go func() {
			for _, s := range []string{"12", "345", "6"} {
				_, _ = pw.Write([]byte(s))
				time.Sleep(7 * time.Second)
			}
			_ = pw.Close()
		}()
		start := time.Now()
		data, err := bodies.Peek(resp, 100, 10*time.Second)
		if string(data) != "12345" || !errors.Is(err, bodies.ErrSlow) || time.Since(start) != 10*time.Second {
			t.Errorf("%q, %v after %v, want 12345, ErrSlow after 10s", data, err, time.Since(start))
		}
		if data, err := io.ReadAll(resp.Body); string(data) != "123456" || err != nil {
			t.Errorf("then %q, %v, want all of it", data, err)
		}
		_ = resp.Body.Close()
	})
}

func TestClosingEndsTheReadThatAPeekLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, resp := dripping(time.Hour)
		if _, err := bodies.Peek(resp, 100, time.Second); !errors.Is(err, bodies.ErrSlow) {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		synctest.Wait() // the bubble fails if the read goes on
		if d.closes != 1 {
			t.Errorf("closed %d times, want once", d.closes)
		}
	})
}

func TestAPanicOfABodyIsThatOfItsReader(t *testing.T) {
	resp := &http.Response{Body: &rttest.CountingBody{Reader: panicking{}}}
	if v := rttest.PanicOf(func() { _, _ = bodies.Peek(resp, 10, time.Minute) }); v != "body" {
		t.Errorf("panicked with %v, want body", v)
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("body") }
