package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// rewinding is a body whose GetBody rewinds it and returns it again.
type rewinding struct {
	io.ReadSeeker
	closed int
}

func (r *rewinding) Close() error { r.closed++; return nil }

// around is a body around another. Around a rewinding body it hides what that is.
type around struct{ io.ReadCloser }

type known struct{ around }

func (k known) Unwrap() io.ReadCloser { return k.ReadCloser }

// put returns a request with a body and a GetBody that rewinds it, both wrapped by wrap.
func put(t *testing.T, text string, wrap func(io.ReadCloser) io.ReadCloser) (*http.Request, *rewinding) {
	t.Helper()
	body := &rewinding{ReadSeeker: strings.NewReader(text)}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", wrap(body))
	req.ContentLength = int64(len(text))
	req.GetBody = func() (io.ReadCloser, error) {
		_, err := body.Seek(0, io.SeekStart)
		return wrap(body), err
	}
	return req, body
}

// wraps returns the forms in which one reader may be returned.
func wraps() map[string]func(io.ReadCloser) io.ReadCloser {
	return map[string]func(io.ReadCloser) io.ReadCloser{
		"itself":          func(b io.ReadCloser) io.ReadCloser { return b },
		"known wrapper":   func(b io.ReadCloser) io.ReadCloser { return &known{around{b}} },
		"foreign wrapper": func(b io.ReadCloser) io.ReadCloser { return &around{b} },
		"no wrapper type": func(b io.ReadCloser) io.ReadCloser { return io.NopCloser(b) },
		"first wrapped":   once(func(b io.ReadCloser) io.ReadCloser { return &around{b} }),
		"azcore":          once(func(b io.ReadCloser) io.ReadCloser { return &seeking{around{b}, b.(io.Seeker)} }),
	}
}

type seeking struct {
	around
	io.Seeker
}

// once wraps a body only the first time: GetBody returns the body inside that of the request, as
// that of azcore does.
func once(wrap func(io.ReadCloser) io.ReadCloser) func(io.ReadCloser) io.ReadCloser {
	wrapped := false
	return func(b io.ReadCloser) io.ReadCloser {
		if wrapped {
			return b
		}
		wrapped = true
		return wrap(b)
	}
}

func TestABodyThatWasReadAheadIsStillThere(t *testing.T) {
	for name, wrap := range wraps() {
		req, body := put(t, "hello", wrap)
		r, done := bodies.Guard(req)
		for range 2 {
			copied, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(copied); err != nil || string(got) != "hello" {
				t.Errorf("%s: read ahead %q, %v", name, got, err)
			}
			_ = copied.Close()
		}
		if got := readBody(t, r); got != "hello" {
			t.Errorf("%s: %q was sent after the body was read ahead", name, got)
		}
		if name == "itself" && body.closed != 0 {
			t.Errorf("%s: closed before done", name)
		}
		done()
		if name == "itself" && body.closed != 1 {
			t.Errorf("%s: closed %d times, want once", name, body.closed)
		}
	}
}

// Each attempt may be read ahead, by a layer inside the one that makes attempts.
func TestEachAttemptMayBeReadAhead(t *testing.T) {
	for name, wrap := range wraps() {
		if name == "no wrapper type" {
			continue
		}
		req, _ := put(t, "hello", wrap)
		r, done := bodies.Replayable(req, 0)
		for attempt := range 3 {
			ahead, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(ahead); err != nil || string(got) != "hello" {
				t.Errorf("%s, attempt %d: read ahead %q, %v", name, attempt, got, err)
			}
			_ = ahead.Close()
			if got := readBody(t, r); got != "hello" {
				t.Errorf("%s, attempt %d: sent %q", name, attempt, got)
			}
			if r, err = bodies.Rewind(r); err != nil {
				t.Fatal(err)
			}
		}
		_ = r.Body.Close()
		done()
	}
}

func TestCopiesAreClosedAtOnce(t *testing.T) {
	var made []*rewinding
	body := func() *rewinding {
		made = append(made, &rewinding{ReadSeeker: strings.NewReader("hello")})
		return made[len(made)-1]
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body())
	req.GetBody = func() (io.ReadCloser, error) { return body(), nil }
	r, done := bodies.Guard(req)
	_ = readBody(t, r)
	again, err := bodies.Rewind(r)
	if err != nil || readBody(t, again) != "hello" || made[1].closed != 1 {
		t.Errorf("%v, %+v", err, made)
	}
	done()
	for i, b := range made {
		if b.closed != 1 {
			t.Errorf("body %d was closed %d times", i, b.closed)
		}
	}
}

// Independent copies are also read ahead, sent and closed.
func TestCopiesThatWereReadAheadAreClosedOnce(t *testing.T) {
	var made []*rewinding
	body := func() *rewinding {
		made = append(made, &rewinding{ReadSeeker: strings.NewReader("hello")})
		return made[len(made)-1]
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body())
	req.GetBody = func() (io.ReadCloser, error) { return body(), nil }
	r, done := bodies.Guard(req)
	for attempt := range 3 {
		ahead, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(ahead, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		if got := readBody(t, r); got != "hello" {
			t.Errorf("attempt %d: sent %q", attempt, got)
		}
		if got, err := io.ReadAll(ahead); string(got) != "llo" || err != nil {
			t.Errorf("attempt %d: the copy went on with %q, %v", attempt, got, err)
		}
		_ = ahead.Close()
		if r, err = bodies.Rewind(r); err != nil {
			t.Fatal(err)
		}
	}
	_ = r.Body.Close()
	done()
	for i, b := range made {
		if b.closed != 1 {
			t.Errorf("body %d of %d was closed %d times", i, len(made), b.closed)
		}
	}
}

// A body whose turn comes again and again before it has begun leaves none of its previous readers
// open.
func TestCopiesThatNeverBeganAreClosedOnce(t *testing.T) {
	var made []*rewinding
	body := func() *rewinding {
		made = append(made, &rewinding{ReadSeeker: strings.NewReader("hello")})
		return made[len(made)-1]
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body())
	req.GetBody = func() (io.ReadCloser, error) { return body(), nil }
	r, done := bodies.Guard(req)
	for range 3 {
		ahead, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		_ = ahead.Close()
		if n, err := r.Body.Read(nil); n != 0 || err != nil {
			t.Fatal(n, err)
		}
	}
	if got := readBody(t, r); got != "hello" {
		t.Errorf("sent %q", got)
	}
	_ = r.Body.Close()
	done()
	for i, b := range made {
		if b.closed != 1 {
			t.Errorf("body %d of %d was closed %d times", i, len(made), b.closed)
		}
	}
}

func TestGuardPassesFailuresOn(t *testing.T) {
	broken := errors.New("gone")
	req, _ := put(t, "hello", wraps()["itself"])
	req.GetBody = func() (io.ReadCloser, error) { return nil, broken }
	r, done := bodies.Guard(req)
	defer done()
	if _, err := bodies.Rewind(r); !errors.Is(err, broken) {
		t.Error(err)
	}
	if same, none := bodies.Guard(r); same != r {
		t.Error("a guarded request was guarded again")
	} else {
		none()
	}
}
