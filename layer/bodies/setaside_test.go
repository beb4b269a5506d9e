package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

func TestAResponseThatIsSetAsideCanBeRead(t *testing.T) {
	for name, test := range map[string]struct {
		size, want int
		err        error
	}{
		"empty": {0, 0, nil}, "short": {9, 9, nil}, "at the bound": {16 << 10, 16 << 10, nil},
		"long": {16<<10 + 1, 16 << 10, bodies.ErrLong}, "very long": {1 << 20, 16 << 10, bodies.ErrLong},
	} {
		synctest.Test(t, func(t *testing.T) { // where no reader is slow
			body := &rttest.CountingBody{Reader: strings.NewReader(strings.Repeat("x", test.size))}
			resp := &http.Response{Body: body, ContentLength: -1}
			bodies.SetAside(resp)
			if body.Closed != 1 {
				t.Errorf("%s: closed %d times", name, body.Closed)
			}
			got, err := io.ReadAll(resp.Body)
			if len(got) != test.want || !errors.Is(err, test.err) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
			_ = resp.Body.Close()
		})
	}
	bodies.SetAside(nil)
	none := &http.Response{Body: http.NoBody}
	if bodies.SetAside(none); none.Body != http.NoBody {
		t.Error("NoBody was replaced")
	}
}

func TestAResponseThatStallsIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		go func() { _, _ = w.Write([]byte("start")) }()
		resp := &http.Response{Body: r, ContentLength: -1}
		start := time.Now()
		bodies.SetAside(resp)
		if took := time.Since(start); took > time.Second {
			t.Errorf("it took %v", took)
		}
		if got, err := io.ReadAll(resp.Body); string(got) != "start" || !errors.Is(err, bodies.ErrSlow) {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestABrokenResponseIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &rttest.CountingBody{Reader: strings.NewReader("half"), Err: rttest.ErrBoom}
		resp := &http.Response{Body: io.NopCloser(io.MultiReader(body, errReader{}))}
		bodies.SetAside(resp)
		if got, err := io.ReadAll(resp.Body); string(got) != "half" || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("%q, %v", got, err)
		}
	})
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, rttest.ErrBoom }
