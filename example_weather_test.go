package gracy_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/page"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// A Forecast is the result of a call, decoded from JSON.
type Forecast struct {
	City    string
	Celsius float64
}

// A NoCityError is the error of the client for a 404.
type NoCityError struct{ City string }

func (e *NoCityError) Error() string { return "no city named " + e.City }

// Query is the argument of an endpoint. The tags say where its fields go.
type Query struct {
	City string `path:"city"`
	Days int    `query:"days,omitempty"`
}

// Part says which part of a list is wanted.
type Part struct {
	Offset int `query:"offset"`
	Limit  int `query:"limit"`
}

type Stations struct {
	Total    int
	Stations []string
}

// The endpoints, each with its own rules and overrides.
var (
	getForecast = parse.NewEndpoint[Query, Forecast]("GET /forecast/{city}", parse.OnFunc(404, func(f parse.Failure) error {
		return &NoCityError{f.Arg("city")}
	}))
	listStations = parse.NewEndpoint[Part, Stations]("GET /stations", timeout.Config{Total: time.Minute})
)

// Weather is the client.
type Weather struct {
	parse.API
	Stats *metrics.Recorder
}

// NewWeather returns a client. Only tests set base and tapes, the layers between retry and
// throttle.
func NewWeather(url string, base http.RoundTripper, tapes ...gracy.Layer) *Weather {
	stats := metrics.New("weather")
	layers := []gracy.Layer{
		stats,
		hook.New(hook.Hooks{Before: func(_ context.Context, req *http.Request) error {
			req.Header.Set("User-Agent", "weather/1")
			return nil
		}}),
		timeout.New(timeout.Config{Total: 10 * time.Second}),
		retry.New(retry.Policy{Attempts: 4, Delay: time.Millisecond}),
	}
	layers = append(layers, tapes...)
	layers = append(layers, throttle.New(throttle.Rule{Limit: 5})) // 5/s
	return &Weather{Stats: stats, API: parse.API{Client: &http.Client{Transport: gracy.Around(base, layers...)}, Base: url}}
}

func (w *Weather) Forecast(ctx context.Context, city string) (Forecast, error) {
	return getForecast.Call(ctx, w.API, Query{City: city})
}

func (w *Weather) Stations(ctx context.Context) iter.Seq2[string, error] {
	return page.Offset(2, func(ctx context.Context, offset, limit int) (page.Slice[string], error) {
		l, err := listStations.Call(ctx, w.API, Part{offset, limit})
		return page.Slice[string]{Items: l.Stations, Total: l.Total}, err
	}).All(ctx)
}

// weatherServer is busy at first.
func weatherServer() *httptest.Server {
	busy := true
	mux := http.NewServeMux()
	mux.HandleFunc("GET /forecast/{city}", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case busy:
			busy = false
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.PathValue("city") != "Oslo":
			http.NotFound(w, r)
		default:
			fmt.Fprint(w, `{"city":"Oslo","celsius":-3}`)
		}
	})
	mux.HandleFunc("GET /stations", func(w http.ResponseWriter, r *http.Request) {
		names := []string{`"Blindern","Fornebu"`, `"Tryvann"`}
		if r.FormValue("offset") != "0" {
			names = names[1:]
		}
		fmt.Fprintf(w, `{"total":3,"stations":[%s]}`, names[0])
	})
	return httptest.NewServer(mux)
}

// A complete client: typed, with retries, 5 requests per second, an error for 404, pages,
// a hook, /metrics, and a tape in its tests.
func Example_weather() {
	dir, _ := os.MkdirTemp("", "weather")
	defer os.RemoveAll(dir)
	ctx := context.Background()

	for range 2 { // the second time everything comes from the tape
		server := weatherServer()
		tape, err := replay.Open(dir+"/weather.json", replay.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		// The transport of the test server sends requests for example.com to the server.
		weather := NewWeather("http://example.com", server.Client().Transport, tape)

		oslo, err := weather.Forecast(ctx, "Oslo")
		fmt.Println(oslo.Celsius, err)

		_, err = weather.Forecast(ctx, "Atlantis")
		none, ok := errors.AsType[*NoCityError](err)
		fmt.Println(ok, none, errors.Is(err, parse.Status(404)))

		for name, err := range weather.Stations(ctx) {
			fmt.Print(name, " ")
			if err != nil {
				fmt.Println(err)
			}
		}

		scrape := httptest.NewRecorder()
		figures := prometheus.NewRegistry()
		figures.MustRegister(weather.Stats)
		promhttp.HandlerFor(figures, promhttp.HandlerOpts{}).ServeHTTP(scrape, httptest.NewRequest("GET", "/metrics", nil))
		fmt.Println(scrape.Code, strings.Contains(scrape.Body.String(), "gracy_"))

		total := weather.Stats.Snapshot().Total
		fmt.Println(total.Calls, "calls,", total.Attempts, "attempts,", total.Replayed, "from the tape")
		tape.Close()
		server.Close()
	}
	// Output:
	// -3 <nil>
	// true no city named Atlantis true
	// Blindern Fornebu Tryvann 200 true
	// 4 calls, 5 attempts, 0 from the tape
	// -3 <nil>
	// true no city named Atlantis true
	// Blindern Fornebu Tryvann 200 true
	// 4 calls, 0 attempts, 5 from the tape
}
