package bodies_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/layer/bodies"
)

func ExampleReplayable() {
	body := struct{ io.ReadCloser }{io.NopCloser(strings.NewReader("hello"))} // no GetBody, no Seek
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", body)
	req, done := bodies.Replayable(req, 1<<20)
	defer done()
	sent, _ := io.ReadAll(req.Body) // the first attempt
	req.Body.Close()

	next, err := bodies.Rewind(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, _ := io.ReadAll(next.Body)
	next.Body.Close()
	fmt.Printf("%s, %s\n", sent, again)
	// Output: hello, hello
}

func ExampleRewind() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", strings.NewReader("hello"))
	for range 2 {
		r, err := bodies.Rewind(req) // by GetBody, which net/http has set
		if err != nil {
			fmt.Println(err)
			return
		}
		b, _ := io.ReadAll(r.Body)
		fmt.Println(string(b))
	}
	req.GetBody = nil
	_, err := bodies.Rewind(req)
	fmt.Println(errors.Is(err, bodies.ErrNotReplayable))
	// Output:
	// hello
	// hello
	// true
}

func ExampleDrain() {
	busy := strings.NewReader("try again later")
	resp := &http.Response{Body: io.NopCloser(busy)}
	bodies.Drain(resp)
	fmt.Println(busy.Len(), "bytes left")
	// Output: 0 bytes left
}

// A body that is streamed is not read ahead, for example to match it or to log it.
func ExampleStreamed() {
	for _, body := range []io.Reader{strings.NewReader("hello"), struct{ io.Reader }{strings.NewReader("hello")}} {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", body)
		req, done := bodies.Replayable(req, 1<<20)
		fmt.Println(bodies.Streamed(req))
		_ = req.Body.Close()
		done()
	}
	// Output:
	// false
	// true
}
