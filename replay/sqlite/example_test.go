package sqlite_test

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

// show sends a request through a tape and prints the response.
func show(tape *replay.Tape, url string) {
	client := &http.Client{Transport: tape.Wrap(http.DefaultTransport)}
	resp, err := client.Get(url)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "api.sqlite")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello ", r.URL.Path) }))

	s, err := sqlite.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	tape, err := replay.New(s, replay.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	show(tape, server.URL+"/ash")
	tape.Close()
	server.Close()

	s, _ = sqlite.OpenReadOnly(path)
	tape, _ = replay.New(s, replay.Options{Mode: replay.ModeReplay})
	defer tape.Close()
	show(tape, server.URL+"/ash")
	// Output:
	// hello /ash <nil>
	// hello /ash <nil>
}

func ExampleOpen() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	s, err := sqlite.Open(filepath.Join(dir, "tapes", "api.sqlite"))
	fmt.Println(err)
	last, err := s.Last()
	fmt.Println(last, err, s.Close())
	// Output:
	// <nil>
	// 0 <nil> <nil>
}

func ExampleOpenReadOnly() {
	_, err := sqlite.OpenReadOnly("missing.sqlite")
	fmt.Println(err)
	// Output: replay: open tape: lstat missing.sqlite: no such file or directory
}

func ExampleNew() {
	db, err := sql.Open("sqlite", ":memory:") // or another driver
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a database of its own
	s, err := sqlite.New(db)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := &store.Exchange{
		ID: 1, Request: store.Request{Method: "GET", URL: "https://api.test/ash?page=2"},
		Response: &store.Response{StatusCode: 404},
	}
	x.Key = store.KeyOf(x.Request.Method, x.Request.ParseURL())
	fmt.Println(s.Append([]store.Entry{{Exchange: x}}), s.Close())
	var line string
	err = db.QueryRow(`SELECT method || ' ' || host || path || ' ' || status FROM gracy_exchange`).Scan(&line)
	fmt.Println(line, err)
	// Output:
	// <nil> <nil>
	// GET api.test/ash 404 <nil>
}
