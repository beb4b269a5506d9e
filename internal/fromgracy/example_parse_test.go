package fromgracy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func Example_row52() {
	fetch := func(status int, rule parse.Option) error {
		_, err := parse.Get[parse.None](ctx, pokeAPI(status).behind().Client, "https://pokeapi.co/", rule)
		return err
	}
	created := parse.Only(201)                            // strict_status_code
	lenient := parse.Allow(404, 410)                      // allowed_status_code
	found := parse.Only(parse.Success, parse.Redirection) // classes
	fmt.Println(fetch(201, created), "|", fetch(200, created))
	fmt.Println(fetch(404, lenient), "|", fetch(403, lenient))
	fmt.Println(fetch(204, found), "|", fetch(304, found))
	// Output:
	// <nil> | GET https://pokeapi.co/: 200 OK
	// <nil> | GET https://pokeapi.co/: 403 Forbidden
	// <nil> | <nil>
}

// ErrEgg is an error of a program of ours.
var ErrEgg = errors.New("still an egg")

func Example_row53() {
	hatched := parse.Check(func(p *Pokemon) error {
		if p.ID == 0 {
			return ErrEgg
		}
		return nil
	})
	egg := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":0}`) }
	server := pokeAPI(egg)
	api := server.behind(retry.New(retry.Policy{When: retry.OnError(ErrEgg), Delay: retry.NoDelay}))
	p, err := getPokemon.Call(ctx, api, "eevee", hatched) // retried until it is right
	fmt.Println(p.ID, err, server.sends())

	_, err = getPokemon.Call(ctx, pokeAPI(egg).behind(), "eevee", hatched)
	fmt.Println(errors.Is(err, ErrEgg))
	// Output:
	// 133 <nil> 2
	// true
}

func Example_row53raw() {
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<h1>maintenance</h1>")
	}
	api := pokeAPI(html).behind(retry.New(retry.Policy{Delay: retry.NoDelay})).Sub(transport.Expect{
		Check: func(resp *http.Response) error { // of every response, whatever its type
			if resp.Header.Get("Content-Type") == "text/html" {
				return errors.New("not ours")
			}
			return nil
		},
	})
	p, err := getPokemon.Call(ctx, api, "mew")
	fmt.Println(p.ID, err)
	// Output: 151 <nil>
}

var errNoPokemon = errors.New("no such pokémon")

func Example_row54() {
	server := pokeAPI()
	raw := parse.NewEndpoint[string, []byte]("GET /pokemon/{name}")
	body, err := raw.Call(ctx, server.behind(), "mew") // the result type is the parser
	fmt.Println(len(body) > 0, err)

	maybe := parse.NewEndpoint[string, *Pokemon]("GET /pokemon/{name}", parse.ZeroOn(404)) // {404: None}
	p, err := maybe.Call(ctx, server.behind(), "missingno")
	fmt.Println(p, err)

	must := parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.Expect(404, errNoPokemon)) // {404: NoPokemon}, and allowed
	_, err = must.Call(ctx, server.behind(), "missingno")
	fmt.Println(errors.Is(err, errNoPokemon), err)
	// Output:
	// true <nil>
	// <nil> <nil>
	// true GET /pokemon/{name}: 404 Not Found: no such pokémon
}

func Example_row54status() {
	find := func(name string) (any, error) { // in Python a result may be anything, too
		p, err := getPokemon.Call(ctx, pokeAPI().behind(), name, parse.Expect(404, errNoPokemon))
		if e, ok := errors.AsType[*parse.StatusError](err); ok && e.Status == 404 {
			return "nobody: " + string(e.Body), nil // or a constant, or e.Decode(&another)
		}
		return p, err
	}
	fmt.Println(find("mew"))
	fmt.Println(find("missingno"))
	// Output:
	// {151 mew} <nil>
	// nobody: Not Found <nil>
}

func Example_row55() {
	text := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "not JSON") }
	for _, fault := range []any{errReset, 500, text} {
		_, err := getPokemon.Call(ctx, pokeAPI(fault).behind(), "abra")
		switch {
		case errors.Is(err, parse.ServerError): // or a *parse.StatusError, with the body
			fmt.Println("NonOkResponse:", err)
		case errors.Is(err, parse.ErrDecode):
			fmt.Println("GracyParseFailed:", err)
		case err != nil: // a *parse.Error
			fmt.Println("GracyRequestFailed:", err)
		}
	}
	closed := throttle.New()
	closed.Close()
	_, err := getPokemon.Call(ctx, pokeAPI().behind(closed), "abra")
	fmt.Println("not sent:", errors.Is(err, verdict.ErrRejected))
	// Output:
	// GracyRequestFailed: GET /pokemon/{name}: read: connection reset by peer
	// NonOkResponse: GET /pokemon/{name}: 500 Internal Server Error
	// GracyParseFailed: GET /pokemon/{name}: decode text/plain at byte 2: malformed
	// not sent: true
}

// A NoPokemonError is an error with what a caller wants to know.
type NoPokemonError struct {
	Name, URL string
	Status    int
}

func (e *NoPokemonError) Error() string { return fmt.Sprintf("no %s here (%d)", e.Name, e.Status) }

func Example_row56() {
	find := parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}", parse.ExpectFunc(404, func(f parse.Failure) error {
		return &NoPokemonError{Name: f.Arg("name"), URL: f.URL, Status: f.Status} // Method, Route, Header, Body as well
	}))
	_, err := find.Call(ctx, pokeAPI().behind(), "missingno")
	fmt.Println(err)
	e, ok := errors.AsType[*NoPokemonError](err)
	fmt.Println(ok, e.URL)
	// Output:
	// GET /pokemon/{name}: 404 Not Found: no missingno here (404)
	// true https://pokeapi.co/api/v2/pokemon/missingno
}

func Example_row57() {
	_, err := getPokemon.Call(ctx, pokeAPI().behind(), "missingno")
	e, _ := errors.AsType[*parse.StatusError](err)
	text, err := json.Marshal(map[string]any{"route": e.Route, "status": e.Status, "body": string(e.Body)}) // plain fields
	fmt.Println(string(text), err)
	// Output: {"body":"Not Found","route":"GET /pokemon/{name}","status":404} <nil>
}

func Example_row58() {
	api := pokeAPI().behind(logging.New(logging.Config{
		Logger:   lines(),
		Request:  logging.At(slog.LevelDebug),
		Response: logging.Message(slog.LevelWarn, "{METHOD} {UENDPOINT} has responded"),
		Errors: logging.MessageFunc(slog.LevelInfo, func(e transport.Event) string {
			if e.Response == nil {
				return "no response from {URL}"
			}
			return "{STATUS} as " + e.Response.Header.Get("Content-Type")
		}),
	}))
	_, _ = getPokemon.Call(ctx, api, "missingno")
	// Output:
	// level=DEBUG msg="GET https://pokeapi.co/api/v2/pokemon/missingno"
	// level=WARN msg="GET /pokemon/{name} has responded"
	// level=INFO msg="404 as text/plain; charset=utf-8"
}

func Example_row59() {
	api := pokeAPI(503).behind(
		logging.New(logging.Config{
			Logger:   lines(),
			Request:  logging.Message(slog.LevelInfo, "{METHOD} {URL}, which is {ENDPOINT}, of {UURL}, which is {UENDPOINT}"),
			Retry:    logging.Message(slog.LevelInfo, "{RETRY_CAUSE}, a wait of {RETRY_DELAY}s"),
			Retried:  logging.Message(slog.LevelInfo, "{RETRY_CAUSE}, then {STATUS}: attempt {CUR_ATTEMPT} of {MAX_ATTEMPT}"),
			Response: logging.Message(slog.LevelInfo, "{STATUS} {REPLAY}{IS_REPLAY}"), // and {ELAPSED}
		}),
		retry.New(retry.Policy{Delay: 2 * time.Millisecond, Jitter: retry.NoJitter}),
	)
	_, _ = getPokemon.Call(ctx, api, "abra")
	// Output:
	// level=INFO msg="GET https://pokeapi.co/api/v2/pokemon/abra, which is /pokemon/abra, of https://pokeapi.co/api/v2/pokemon/{name}, which is /pokemon/{name}"
	// level=INFO msg="status 503, a wait of 0.002s"
	// level=INFO msg="status 503, then 200: attempt 2 of 3"
	// level=INFO msg="200 FALSE"
}

func Example_row60() {
	api := pokeAPI(503, 404).behind(
		logging.New(logging.Config{
			Logger: lines(), Request: logging.At(slog.LevelInfo), Retry: logging.At(slog.LevelInfo), Retried: logging.At(slog.LevelInfo),
		}),
		retry.New(retry.Policy{Delay: retry.NoDelay}),
	)
	_, _ = getPokemon.Call(ctx, api, "abra")
	// Output:
	// level=INFO msg="GET https://pokeapi.co/api/v2/pokemon/abra"
	// level=INFO msg="GET https://pokeapi.co/api/v2/pokemon/abra will be retried in 0s, attempt 1 of 3 failed: 503"
	// level=INFO msg="GET https://pokeapi.co/api/v2/pokemon/abra retried, attempt 2: 404"
	// level=ERROR msg="GET https://pokeapi.co/api/v2/pokemon/abra failed: 404"
}
