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

// The GetBody of an SDK may rewind its one body and return it. Behind Guard such a body can be read
// ahead, to sign it, and is still there to be sent.
func ExampleGuard() {
	body := struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("hello"), io.NopCloser(nil)}
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", &body)
	req.GetBody = func() (io.ReadCloser, error) {
		_, err := body.Seek(0, io.SeekStart)
		return &body, err
	}
	req, done := bodies.Guard(req)
	defer done()
	ahead, err := req.GetBody()
	if err != nil {
		fmt.Println(err)
		return
	}
	signed, _ := io.ReadAll(ahead)
	_ = ahead.Close()
	sent, _ := io.ReadAll(req.Body)
	_ = req.Body.Close()
	fmt.Printf("%s, %s\n", signed, sent)
	// Output: hello, hello
}

func ExampleLimits_Replayable() {
	memory := new(bodies.Memory) // of all requests of a layer
	limits := bodies.Limits{Known: 100, Unknown: 10, Memory: memory, Total: 150}
	for _, length := range []int64{100, 20, 60} {
		body := io.MultiReader(strings.NewReader(strings.Repeat("x", int(length)))) // no GetBody, no Seek
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", body)
		req.ContentLength = length
		req, done := limits.Replayable(req)
		defer done()
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
		fmt.Println(memory.InUse(), bodies.Rewindable(req))
	}
	// Output:
	// 100 <nil>
	// 120 <nil>
	// 120 bodies: the body of 60 bytes was not kept: 120 of 150 bytes were in use
}

func ExampleSetAside() {
	resp := &http.Response{Body: io.NopCloser(strings.NewReader("try again later"))}
	bodies.SetAside(resp) // its connection is free, and it can still be returned
	text, err := io.ReadAll(resp.Body)
	fmt.Println(string(text), err)
	// Output: try again later <nil>
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
