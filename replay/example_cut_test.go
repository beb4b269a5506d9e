package replay_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// askUntil reads the words of a stream of events up to the one that it wants, and then cancels its
// request, as a client of a language model does to stop paying.
func askUntil(client *http.Client, url, stop string) (words []string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		word, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if words = append(words, word); word == stop {
			cancel()
			return words, nil
		}
	}
	return words, lines.Err()
}

// A stream that its caller left is recorded up to that point. On replay, a caller that needs no
// more gets the same words. One that reads on gets an error that says where the recording ends.
func ExampleTape_stream() {
	more := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprint(w, "data: one\n\ndata: two\n\ndata: three\n\n")
		_ = http.NewResponseController(w).Flush()
		<-req.Context().Done() // the stream would go on
		close(more)
	}))
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	tape, err := replay.Open(filepath.Join(dir, "chat.json"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		panic(err)
	}
	fmt.Println(askUntil(&http.Client{Transport: tape.Wrap(nil)}, server.URL, "three"))
	if err := tape.Close(); err != nil {
		panic(err)
	}
	<-more
	server.Close()

	tape, err = replay.Open(filepath.Join(dir, "chat.json"), replay.Options{Mode: replay.ModeReplay})
	if err != nil {
		panic(err)
	}
	defer tape.Close()
	client := &http.Client{Transport: tape.Wrap(nil)}
	fmt.Println(askUntil(client, server.URL, "three"))
	words, err := askUntil(client, server.URL, "four")
	cut, ok := errors.AsType[*store.CutError](err)
	fmt.Println(words, ok, errors.Is(err, store.ErrCut), cut.Bytes)
	// Output:
	// [one two three] <nil>
	// [one two three] <nil>
	// [one two three] true true 35
}
