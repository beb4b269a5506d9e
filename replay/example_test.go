package replay_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
)

// pokeAPI stands in for the network.
type pokeAPI struct{ asked int }

func (p *pokeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	p.asked++
	return &http.Response{
		StatusCode: 200, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader("response " + strconv.Itoa(p.asked))), ContentLength: -1, Request: req,
	}, nil
}

func read(ctx context.Context, c *http.Client, url string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := c.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	api := &pokeAPI{}

	tape, err := replay.Open(filepath.Join(dir, "pokeapi.tape"), replay.Options{Reuse: true})
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: tape.Wrap(api)}
	fmt.Println(read(ctx, client, "https://pokeapi.co/api/v2/pokemon/pikachu"))
	fmt.Println(read(ctx, client, "https://pokeapi.co/api/v2/pokemon/pikachu"))
	fmt.Println(read(transport.With(ctx, replay.Off), client, "https://pokeapi.co/api/v2/pokemon/pikachu"))
	if err := tape.Close(); err != nil {
		panic(err)
	}
	fmt.Printf("asked %d times, replayed %d\n", api.asked, tape.Stats().Replayed)
	// Output:
	// response 1
	// response 1
	// response 2
	// asked 2 times, replayed 1
}

// ModeReplay sends nothing, and a miss says why.
func ExampleMissError() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "pokeapi.json") // a text tape, for people to read
	ctx := context.Background()

	tape, err := replay.Open(path, replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		panic(err)
	}
	read(ctx, &http.Client{Transport: tape.Wrap(&pokeAPI{})}, "https://pokeapi.co/api/v2/berry?limit=20&offset=0")
	if err := tape.Close(); err != nil {
		panic(err)
	}

	tape, err = replay.Open(path, replay.Options{Mode: replay.ModeReplay})
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	client := &http.Client{Transport: tape.Wrap(nil)}
	_, err = client.Get("https://pokeapi.co/api/v2/berry?limit=20&offset=40")
	if miss, ok := errors.AsType[*replay.MissError](err); ok {
		fmt.Println(miss)
	}
	// Output:
	// replay: GET https://pokeapi.co/api/v2/berry?limit=20&offset=40 is not on tape: unknown; the nearest is GET https://pokeapi.co/api/v2/berry?limit=20&offset=0, which differs in query offset: "40", on tape "0"
}

// A test that replays passes as long as its tape exists. Run Verify against the real API now and
// then to find out whether the API has changed.
func ExampleTape_Verify() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	api := &pokeAPI{}
	tape, err := replay.Open(filepath.Join(dir, "pokeapi.tape"), replay.Options{})
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	read(ctx, &http.Client{Transport: tape.Wrap(api)}, "https://pokeapi.co/api/v2/pokemon/pikachu")

	for drift, err := range tape.Verify(ctx, api, replay.VerifyOptions{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(drift)
	}
	// Output:
	// GET https://pokeapi.co/api/v2/pokemon/pikachu: body from byte 9: "2", on tape "1"
}

// A recorded response can be changed on its way to the caller. The file stays as it is.
func ExampleOptions_beforeReplay() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "pokeapi.tape")
	tape, err := replay.Open(path, replay.Options{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	read(ctx, &http.Client{Transport: tape.Wrap(&pokeAPI{})}, "https://pokeapi.co/api/v2/pokemon/pikachu")
	if err := tape.Close(); err != nil {
		panic(err)
	}

	tape, err = replay.Open(path, replay.Options{Mode: replay.ModeReplay, BeforeReplay: func(_ *http.Request, x *store.Exchange) {
		x.Response.Body = append(x.Response.Body, " of another day"...)
	}})
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	fmt.Println(read(ctx, &http.Client{Transport: tape.Wrap(nil)}, "https://pokeapi.co/api/v2/pokemon/pikachu"))
	// Output:
	// response 1 of another day
}

// A stream is replayed ten times as fast as it came, event by event.
func ExampleOptions_speed() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, word := range []string{"Green", "is", "the", "tree"} {
			fmt.Fprintf(w, "data: %s\n\n", word)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	}))
	path := filepath.Join(dir, "model.tape")
	tape, err := replay.Open(path, replay.Options{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	read(ctx, &http.Client{Transport: tape.Wrap(nil)}, model.URL)
	if err := tape.Close(); err != nil {
		panic(err)
	}
	url := model.URL
	model.Close()

	tape, err = replay.Open(path, replay.Options{Mode: replay.ModeReplay, Speed: 10})
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	start := time.Now()
	resp, err := (&http.Client{Transport: tape.Wrap(nil)}).Get(url)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() { // each event as it comes
		if lines.Text() != "" {
			fmt.Println(lines.Text())
		}
	}
	fmt.Println("in its time:", time.Since(start) >= 20*time.Millisecond)
	// Output:
	// data: Green
	// data: is
	// data: the
	// data: tree
	// in its time: true
}

// Exchanges that another recorder has kept can be added to a tape.
func ExampleTape_Add() {
	tape, err := replay.Open(filepath.Join(os.TempDir(), "added.tape"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(filepath.Join(os.TempDir(), "added.tape"))
	defer tape.Close()

	err = tape.Add(&store.Exchange{
		Request:  store.Request{Method: "GET", URL: "https://api.test/pokemon/25?api_key=s3cr3t"},
		Response: &store.Response{Status: "200 OK", StatusCode: 200, Proto: "HTTP/1.1", Body: []byte("pikachu"), ContentLength: 7},
		Start:    time.Date(2020, 5, 1, 12, 0, 0, 0, time.UTC),
		Complete: true,
	})
	if err == nil {
		err = tape.Flush(context.Background())
	}
	for x := range tape.Exchanges() {
		fmt.Println(x.Request.URL, string(x.Response.Body), err)
	}
	// Output:
	// https://api.test/pokemon/25?api_key=REDACTED pikachu <nil>
}

// A program that reads tapes can remove the content codings of a body.
func ExampleOptions_Unpack() {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, `{"name":"pikachu"}`)
	_ = w.Close()

	header := http.Header{"Content-Encoding": {"gzip"}}
	plain, err := replay.Options{}.Unpack(header, packed.Bytes())
	fmt.Println(string(plain), err)
	plain, err = replay.Options{}.Unpack(header, packed.Bytes()[:packed.Len()-4])
	fmt.Println(string(plain), err)
	// Output:
	// {"name":"pikachu"} <nil>
	// {"name":"pikachu"} unexpected EOF
}
