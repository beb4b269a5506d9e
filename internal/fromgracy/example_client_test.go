package fromgracy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// Poke is a client of the PokéAPI.
type Poke struct {
	parse.API
	Stats *metrics.Recorder
}

func NewPoke(base http.RoundTripper) *Poke {
	stats := metrics.New("poke")
	return &Poke{Stats: stats, API: parse.API{
		Base:   "https://pokeapi.co/api/v2/",
		Client: &http.Client{Transport: gracy.Around(base, stats, retry.New(retry.Policy{Attempts: 3}))},
	}}
}

func (p *Poke) Pokemon(ctx context.Context, name string) (Pokemon, error) {
	return getPokemon.Call(ctx, p.API, name)
}

func Example_row1() {
	poke := NewPoke(pokeAPI(503)) // the base of a program is nil: http.DefaultTransport
	p, err := poke.Pokemon(ctx, "ditto")
	fmt.Println(p.ID, err, poke.Stats.Snapshot().Total.Attempts, "attempts")
	// Output: 132 <nil> 2 attempts
}

func Example_row2() {
	server := pokeAPI()
	api := server.behind() // gracy.Around(&http.Transport{MaxConnsPerHost: 8}, layers...) sets limits of the pool
	api.Header = http.Header{"User-Agent": {"pokedex/2"}}
	api.Client.Timeout = time.Minute // and Jar, CheckRedirect: it is a plain *http.Client
	_, err := getPokemon.Call(ctx, api, "onix")
	api.Client.CloseIdleConnections() // reaches the pool through all layers
	fmt.Println(server.last().Header.Get("User-Agent"), err)
	// Output: pokedex/2 <nil>
}

func Example_row3() {
	slow := handled(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

	api := slow.behind(timeout.New(timeout.Config{Total: 20 * time.Millisecond}), retry.New(retry.Policy{}))
	_, err := getPokemon.Call(ctx, api, "snorlax") // all attempts and waits together
	fmt.Println(errors.Is(err, timeout.ErrTotal))

	api = slow.behind(retry.New(retry.Policy{Attempts: 2, Delay: time.Millisecond}), timeout.PerAttempt(20*time.Millisecond))
	_, err = getPokemon.Call(ctx, api, "snorlax") // each attempt, as in Python
	fmt.Println(errors.Is(err, timeout.ErrAttempt), errors.Is(err, retry.ErrExhausted))

	fmt.Println("without the layer:", gracy.Explain(slow.behind().Client).Longest) // 0 is no bound
	// Output:
	// true
	// true true
	// without the layer: 0s
}

func Example_row4() {
	echo := handled(func(w http.ResponseWriter, r *http.Request) { fmt.Print(r.Method, " ") })
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"} {
		endpoint := parse.NewEndpoint[string, parse.None](method + " /box/{slot}")
		if _, err := endpoint.Call(ctx, echo.behind(), "7"); err != nil {
			fmt.Println(err)
		}
	}
	// Output: GET HEAD OPTIONS POST PUT PATCH DELETE
}

func Example_row5() {
	p, err := NewPoke(pokeAPI()).Pokemon(ctx, "mew") // nothing else holds the client
	fmt.Println(p.ID, err)
	// Output: 151 <nil>
}

type Trade struct {
	Slot    int        `path:"slot"`
	Lang    []string   `query:"lang"`
	Dry     *bool      `query:"dry"` // nil is left out
	Token   string     `header:"X-Trainer"`
	Session string     `header:"Cookie"`
	Offer   url.Values `body:"form"` // or body:"json", body:"raw"
}

func Example_row6() {
	echo := handled(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Printf("%s %s %s\n%s %s %s\n", r.Method, r.URL.RequestURI(), body, r.Header.Get("X-Trainer"), r.Header.Get("Cookie"), r.Header.Get("Content-Type"))
	})
	trade := parse.NewEndpoint[Trade, parse.None]("POST /box/{slot}/trade")
	_, err := trade.Call(ctx, echo.behind(), Trade{
		Slot: 7, Lang: []string{"en", "ja"}, Token: "red", Session: "id=1", Offer: url.Values{"wants": {"eevee"}},
	}, parse.Header("Accept-Language", "ja"), timeout.Off) // one call: a header, a setting of any layer
	fmt.Println(err)
	// Output:
	// POST /api/v2/box/7/trade?lang=en&lang=ja wants=eevee
	// red id=1 application/x-www-form-urlencoded
	// <nil>
}

func Example_row6redirects() {
	moved := handled(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) })
	api := moved.behind()
	still := *api.Client // the same layers, without following
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	api.Client = &still
	_, err := getPokemon.Call(ctx, api, "abra")
	fmt.Println(err)
	// Output: GET /pokemon/{name}: 302 Found
}

type Upload struct {
	Type string `header:"Content-Type"`
	Body []byte `body:"raw"`
}

func Example_row6files() {
	server := handled(func(w http.ResponseWriter, r *http.Request) {
		_, part, err := r.FormFile("sprite")
		fmt.Println(part.Filename, part.Size, err)
	})
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("sprite", "porygon.png")
	fmt.Fprint(part, "png")
	form.Close()
	upload := parse.NewEndpoint[Upload, parse.None]("POST /sprites")
	_, err := upload.Call(ctx, server.behind(), Upload{form.FormDataContentType(), body.Bytes()})
	fmt.Println(err)
	// Output:
	// porygon.png 3 <nil>
	// <nil>
}

func Example_row7() {
	server := pokeAPI()
	api := server.behind()
	for _, base := range []string{"https://pokeapi.co/api/v2", "https://pokeapi.co/api/v2/"} {
		api.Base = base
		_, err := getPokemon.Call(ctx, api, "onix")
		fmt.Println(server.last().URL, err)
	}
	// Output:
	// https://pokeapi.co/api/v2/pokemon/onix <nil>
	// https://pokeapi.co/api/v2/pokemon/onix <nil>
}

func Example_row8() {
	server := handled(func(http.ResponseWriter, *http.Request) {})
	find := parse.NewEndpoint[string, parse.None]("GET /pokemon/{name}")
	for _, name := range []string{"mr mime", "nidoran/f", "what?", ".."} {
		if _, err := find.Call(ctx, server.behind(), name); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(server.last().URL)
	}
	// Output:
	// https://pokeapi.co/api/v2/pokemon/mr%20mime
	// https://pokeapi.co/api/v2/pokemon/nidoran%2Ff
	// https://pokeapi.co/api/v2/pokemon/what%3F
	// GET /pokemon/{name}: name makes a dot segment that would change the path
}

func Example_row8literal() {
	server := handled(func(http.ResponseWriter, *http.Request) {})
	find := parse.NewEndpoint[string, parse.None]("GET /pokemon/{path...}")
	_, err := find.Call(ctx, server.behind(), "nidoran/f")
	fmt.Println(server.last().URL, err)
	// Output: https://pokeapi.co/api/v2/pokemon/nidoran/f <nil>
}

var (
	pokemonByName = parse.NewEndpoint[string, Pokemon]("GET /pokemon/{name}")
	berryByName   = parse.NewEndpoint[string, Pokemon]("GET /berry/{name}")
)

func Example_row9() {
	fmt.Println(pokemonByName)
	fmt.Println(berryByName)
	// Output:
	// GET /pokemon/{name}
	// GET /berry/{name}
}

func Example_row10() {
	api := pokeAPI().behind(hook.New(hook.Hooks{Before: func(ctx context.Context, req *http.Request) error {
		call := transport.CallFrom(ctx)
		fmt.Println(req.Method, call.Route(), call.Arg("name"), req.URL)
		return nil
	}}))
	_, err := getPokemon.Call(ctx, api, "gengar")
	fmt.Println(err)
	// Output:
	// GET /pokemon/{name} gengar https://pokeapi.co/api/v2/pokemon/gengar
	// <nil>
}
