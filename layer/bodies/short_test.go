package bodies_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

func TestABodyThatIsShortSaysSo(t *testing.T) {
	for name, body := range map[string]io.ReadCloser{
		"stream": counted("half"), "seekable": &rewinding{ReadSeeker: strings.NewReader("half")},
	} {
		for _, length := range []int64{8, 4, -1, 0} {
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
			req.ContentLength = length
			r, done := bodies.Replayable(req, 100)
			if name == "seekable" {
				_, _ = body.(io.Seeker).Seek(0, io.SeekStart)
			} else {
				req.Body = counted("half")
				r, done = bodies.Replayable(req, 100)
			}
			got, err := io.ReadAll(r.Body)
			short, ok := errors.AsType[*bodies.ShortError](err)
			if string(got) != "half" || ok != (length == 8) || ok && (short.Read != 4 || short.Length != 8) {
				t.Errorf("%s, length %d: %q, %v", name, length, got, err)
			}
			done()
		}
	}
	if !bodies.IsShort(fmt.Errorf("sent: %w", &bodies.ShortError{Read: 1, Length: 2})) || bodies.IsShort(io.EOF) || bodies.IsShort(nil) {
		t.Error("IsShort")
	}
}
