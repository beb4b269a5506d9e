package fromgracy_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/pokeapi"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport/verdict"
)

// inFile makes the name of a tape that is removed afterwards.
func inFile(name string, f func(path string)) {
	dir, err := os.MkdirTemp("", "gracy")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	f(filepath.Join(dir, name))
}

// with opens a tape for a function and closes it, which stores what was recorded.
func with(path string, opts replay.Options, f func(*replay.Tape)) {
	tape, err := replay.Open(path, opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	f(tape)
	if err := tape.Close(); err != nil {
		fmt.Println(err)
	}
}

func Example_row61() {
	inFile("pokeapi.json", func(path string) {
		for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay, replay.ModeSmart} {
			server := pokeAPI()
			with(path, replay.Options{Mode: mode}, func(tape *replay.Tape) {
				p, err := getPokemon.Call(ctx, server.behind(tape), "abra")
				fmt.Println(mode, p.Name, err, server.sends())
			})
		}
	})
	// Output:
	// record abra <nil> 1
	// replay abra <nil> 0
	// smart abra <nil> 0
}

func Example_row62() {
	inFile("pokeapi.json", func(path string) {
		with(path, replay.Options{Reuse: true, DiscardBad: true}, func(tape *replay.Tape) { // discard_bad_responses
			api := pokeAPI(500).behind(tape)
			_, _ = getPokemon.Call(ctx, api, "abra")
			_, _ = getPokemon.Call(ctx, api, "abra")
			_, _ = getPokemon.Call(ctx, api, "abra")
			_ = tape.Flush(ctx)
			fmt.Println(tape.Stats().Recorded, tape.Stats().Replayed) // records_made, replays_made
		})
		// discard_replays_older_than, or MaxAge for a time that moves on
		with(path, replay.Options{Mode: replay.ModeReplay, Since: time.Now().Add(time.Hour)}, func(tape *replay.Tape) {
			_, err := getPokemon.Call(ctx, pokeAPI().behind(tape), "abra")
			miss, _ := errors.AsType[*replay.MissError](err)
			fmt.Println(miss.Reason)
		})
	})
	// Output:
	// 1 1
	// expired
}

func Example_row62log() {
	inFile("pokeapi.json", func(path string) {
		with(path, replay.Options{}, func(tape *replay.Tape) {
			api := pokeAPI().behind(logging.New(logging.Config{
				Logger: lines(), Recorded: logging.Event{Every: 2, Template: "on tape: {RECORDED_COUNT}"}, // Replayed: {REPLAYED_COUNT}
			}), tape)
			for _, name := range []string{"abra", "kadabra", "alakazam", "machop"} {
				_, _ = getPokemon.Call(ctx, api, name)
			}
		})
	})
	// Output:
	// level=INFO msg="on tape: 2"
	// level=INFO msg="on tape: 4"
}

func Example_row63() {
	status := parse.NewEndpoint[parse.None, string]("GET /egg")
	step := func(text string) any {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
	}
	inFile("eggs.json", func(path string) {
		with(path, replay.Options{Mode: replay.ModeRecord}, func(tape *replay.Tape) {
			api := pokeAPI(step("warm"), step("moving"), step("open")).behind(tape)
			for range 3 {
				_, _ = status.Call(ctx, api, parse.None{})
			}
		})
		with(path, replay.Options{Mode: replay.ModeReplay}, func(tape *replay.Tape) {
			api := pokeAPI().behind(tape)
			for range 4 {
				s, err := status.Call(ctx, api, parse.None{})
				fmt.Println(s, err)
			}
		})
	})
	// Output:
	// warm <nil>
	// moving <nil>
	// open <nil>
	// open <nil>
}

func Example_row63literal() {
	status := parse.NewEndpoint[parse.None, string]("GET /egg")
	inFile("eggs.json", func(path string) {
		for _, text := range []string{"warm", "moving", "open"} {
			with(path, replay.Options{Mode: replay.ModeRecord}, func(tape *replay.Tape) { // each run replaces the one before
				egg := handled(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
				_, _ = status.Call(ctx, egg.behind(tape), parse.None{})
			})
		}
		with(path, replay.Options{Mode: replay.ModeReplay}, func(tape *replay.Tape) {
			s, err := status.Call(ctx, pokeAPI().behind(tape), parse.None{})
			fmt.Println(s, err)
		})
	})
	// Output: open <nil>
}

func Example_row63key() {
	inFile("team.json", func(path string) {
		// The size of a team does not matter here; Match.Key decides by a text of one's own.
		with(path, replay.Options{Reuse: true, Match: replay.Match{IgnoreFields: []string{"size"}}}, func(tape *replay.Tape) {
			server := pokeAPI(204, 204)
			put := parse.NewEndpoint[map[string]int, parse.None]("PUT /team")
			for n := range 2 {
				_, err := put.Call(ctx, server.behind(tape), map[string]int{"size": n})
				fmt.Println(err, server.sends())
			}
		})
	})
	// Output:
	// <nil> 1
	// <nil> 1
}

func Example_row63port() {
	inFile("pokeapi.json", func(path string) {
		for range 2 {
			server := httptest.NewServer(pokeapi.Handler()) // another port each time
			with(path, replay.Options{}, func(tape *replay.Tape) {
				// The client of httptest sends what is for example.com to the server.
				client := &http.Client{Transport: gracy.Around(server.Client().Transport, tape)}
				p, err := getPokemon.Call(ctx, parse.API{Client: client, Base: "http://example.com/api/v2"}, "abra")
				fmt.Println(p.Name, err, tape.Stats().Replayed)
			})
			server.Close()
		}
	})
	// Output:
	// abra <nil> 0
	// abra <nil> 1
}

func Example_row64() {
	moved := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/api/v2/pokemon/abra", http.StatusFound)
	}
	fill := func() Upload {
		var body bytes.Buffer
		form := multipart.NewWriter(&body) // another boundary each time
		_ = form.WriteField("sprite", "png")
		form.Close()
		return Upload{form.FormDataContentType(), body.Bytes()}
	}
	upload := parse.NewEndpoint[Upload, parse.None]("POST /sprites")
	inFile("pokeapi.json", func(path string) {
		for _, server := range []*server{pokeAPI(moved), pokeAPI(errReset)} {
			with(path, replay.Options{Errors: true}, func(tape *replay.Tape) { // aborted calls too
				p, err := getPokemon.Call(ctx, server.behind(tape), "kadabra")
				fmt.Println(p.Name, err)
				_, err = upload.Call(ctx, server.behind(tape), fill())
				fmt.Println(err, tape.Stats().Replayed, server.sends())
			})
		}
	})
	// Output:
	// abra <nil>
	// POST /sprites: 405 Method Not Allowed 0 3
	// abra <nil>
	// POST /sprites: 405 Method Not Allowed 3 0
}

func Example_row65() {
	inFile("pokeapi.json", func(path string) {
		with(path, replay.Options{}, func(tape *replay.Tape) { _, _ = getPokemon.Call(ctx, pokeAPI().behind(tape), "kadabra") })
		with(path, replay.Options{Mode: replay.ModeReplay}, func(tape *replay.Tape) {
			server := pokeAPI()
			_, err := getPokemon.Call(ctx, server.behind(retry.New(retry.Policy{}), tape), "abra")
			fmt.Println(err)
			fmt.Println(errors.Is(err, replay.ErrMiss), errors.Is(err, verdict.ErrRejected), server.sends()) // not retried, not sent
		})
	})
	// Output:
	// GET /pokemon/{name}: replay: GET https://pokeapi.co/api/v2/pokemon/abra is not on tape: unknown; the nearest is GET https://pokeapi.co/api/v2/pokemon/kadabra, which differs in path: "/api/v2/pokemon/abra", on tape "/api/v2/pokemon/kadabra"
	// true true 0
}

func Example_row66() {
	inFile("pokeapi.json", func(path string) {
		stats := metrics.New("")
		with(path, replay.Options{Reuse: true}, func(tape *replay.Tape) {
			api := pokeAPI(tooMany("3")).behind(stats,
				logging.New(logging.Config{Logger: lines(), Response: logging.Message(slog.LevelInfo, "{STATUS} {REPLAY} {IS_REPLAY}")}),
				retry.New(retry.Policy{Attempts: 1}), tape, throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{Max: throttle.NoPause}}))
			for range 2 {
				_, _ = getPokemon.Call(ctx, api, "abra")
			}
			p, err := getPokemon.Call(ctx, api, "abra")
			fmt.Println(p.Name, err)
		})
		total := stats.Snapshot().Total
		fmt.Println(total.Recorded, total.Replayed, total.Latency.Count)
	})
	// Output:
	// level=INFO msg="429  FALSE"
	// level=ERROR msg="GET https://pokeapi.co/api/v2/pokemon/abra failed: 429"
	// level=INFO msg="200  FALSE"
	// level=INFO msg="200 REPLAYED TRUE"
	// abra <nil>
	// 2 1 1
}

func Example_row67() {
	inFile("pokeapi.json", func(path string) {
		with(path, replay.Options{Reuse: true}, func(tape *replay.Tape) {
			stats := metrics.New("")
			api := pokeAPI().behind(stats, tape, throttle.New(throttle.Rule{Limit: 1, Per: time.Hour}))
			for range 5 {
				if _, err := getPokemon.Call(ctx, api, "abra"); err != nil {
					fmt.Println(err)
				}
			}
			fmt.Println(stats.Snapshot().Total.Calls, stats.Snapshot().Total.Throttled)
		})
	})
	// Output: 5 0
}

func Example_row68() {
	inFile("pokeapi.tape", func(path string) { // one file, a bbolt database; .json is text for reviews
		with(path, replay.Options{}, func(tape *replay.Tape) {
			_, err := getPokemon.Call(ctx, pokeAPI().behind(tape), "abra")
			fmt.Println(err)
		})
		with(path, replay.Options{Mode: replay.ModeReplay}, func(tape *replay.Tape) {
			p, err := getPokemon.Call(ctx, pokeAPI(errReset).behind(tape), "abra")
			fmt.Println(p.Name, err)
		})
	})
	// Output:
	// <nil>
	// abra <nil>
}

func Example_row69() {
	inFile("pokeapi.json", func(path string) { // a file in the repository is what a team shares
		with(path, replay.Options{}, func(tape *replay.Tape) { _, _ = getPokemon.Call(ctx, pokeAPI().behind(tape), "abra") })
		with(path, replay.Options{Mode: replay.ModeReplay}, func(one *replay.Tape) {
			with(path, replay.Options{Mode: replay.ModeReplay}, func(another *replay.Tape) { // any number at once
				for _, tape := range []*replay.Tape{one, another} {
					p, err := getPokemon.Call(ctx, pokeAPI().behind(tape), "abra")
					fmt.Println(p.Name, err)
				}
			})
		})
	})
	// Output:
	// abra <nil>
	// abra <nil>
}
