// Program goserver serves behind one rate limiter, which its argument names:
//
//	goserver go-chi/httprate
//
// The first line that it prints has the port and the version of the limiter. Each further line is a
// request: the address of the client, the time of arrival before the limiter saw it, in
// microseconds, and the status of the response. The program ends when its standard input does.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	tollbooth "github.com/didip/tollbooth/v8"
	tollboothlimiter "github.com/didip/tollbooth/v8/limiter"
	"github.com/go-chi/httprate"
	"github.com/gofiber/fiber/v3"
	fiberlimiter "github.com/gofiber/fiber/v3/middleware/limiter"
	echo4 "github.com/labstack/echo/v4"
	echo4middleware "github.com/labstack/echo/v4/middleware"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"
	"github.com/sethvargo/go-limiter/httplimit"
	"github.com/sethvargo/go-limiter/memorystore"
	"github.com/throttled/throttled/v2"
	throttledstore "github.com/throttled/throttled/v2/store/memstore"
	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/middleware/stdlib"
	ululestore "github.com/ulule/limiter/v3/drivers/store/memory"
)

func main() {
	name := os.Args[1]
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	module := modules[name]
	print(map[string]any{"port": ln.Addr().(*net.TCPAddr).Port, "version": version(module)})
	if module == "github.com/gofiber/fiber/v3" {
		serveFiber(ln, name)
		return
	}
	must(http.Serve(ln, record(wrap(name, http.HandlerFunc(ok)))))
}

// modules has the module of each limiter.
var modules = map[string]string{
	"go-chi/httprate":       "github.com/go-chi/httprate",
	"tollbooth 1/s":         "github.com/didip/tollbooth/v8",
	"tollbooth 1/4s":        "github.com/didip/tollbooth/v8",
	"go-limiter httplimit":  "github.com/sethvargo/go-limiter",
	"ulule/limiter":         "github.com/ulule/limiter/v3",
	"throttled":             "github.com/throttled/throttled/v2",
	"echo 4":                "github.com/labstack/echo/v4",
	"echo 5":                "github.com/labstack/echo/v5",
	"fiber, fixed window":   "github.com/gofiber/fiber/v3",
	"fiber, sliding window": "github.com/gofiber/fiber/v3",
}

func wrap(name string, next http.Handler) http.Handler {
	switch name {
	case "go-chi/httprate":
		return httprate.LimitByIP(2, 2*time.Second)(next)
	case "tollbooth 1/s":
		return tollboothOf(1, next)
	case "tollbooth 1/4s":
		return tollboothOf(0.25, next)
	case "go-limiter httplimit":
		store, err := memorystore.New(&memorystore.Config{Tokens: 2, Interval: 2 * time.Second})
		must(err)
		m, err := httplimit.NewMiddleware(store, httplimit.IPKeyFunc())
		must(err)
		return m.Handle(next)
	case "ulule/limiter":
		l := limiter.New(ululestore.NewStore(), limiter.Rate{Period: 2 * time.Second, Limit: 2})
		return stdlib.NewMiddleware(l).Handler(next)
	case "throttled":
		store, err := throttledstore.NewCtx(1000)
		must(err)
		l, err := throttled.NewGCRARateLimiterCtx(store, throttled.RateQuota{MaxRate: throttled.PerMin(30), MaxBurst: 1})
		must(err)
		h := throttled.HTTPRateLimiterCtx{RateLimiter: l, VaryBy: byIP{}}
		return h.RateLimit(next)
	case "echo 4":
		e := echo4.New()
		e.Use(echo4middleware.RateLimiter(echo4middleware.NewRateLimiterMemoryStoreWithConfig(
			echo4middleware.RateLimiterMemoryStoreConfig{Rate: 0.4, Burst: 1})))
		e.GET("/", func(c echo4.Context) error { return c.String(http.StatusOK, "ok") })
		return e
	case "echo 5":
		e := echo.New()
		e.Use(echomiddleware.RateLimiter(echomiddleware.NewRateLimiterMemoryStoreWithConfig(
			echomiddleware.RateLimiterMemoryStoreConfig{Rate: 0.4, Burst: 1})))
		e.GET("/", func(c *echo.Context) error { return c.String(http.StatusOK, "ok") })
		return e
	}
	log.Fatalf("no limiter %q", name)
	return nil
}

func tollboothOf(rate float64, next http.Handler) http.Handler {
	l := tollbooth.NewLimiter(rate, nil)
	l.SetIPLookup(tollboothlimiter.IPLookup{Name: "RemoteAddr"})
	return tollbooth.HTTPMiddleware(l)(next)
}

func serveFiber(ln net.Listener, name string) {
	app := fiber.New()
	app.Use(func(c fiber.Ctx) error {
		at := time.Now()
		err := c.Next()
		print(entry{c.IP(), at.UnixMicro(), c.Response().StatusCode()})
		return err
	})
	config := fiberlimiter.Config{Max: 2, Expiration: 3 * time.Second}
	if name == "fiber, sliding window" {
		config.LimiterMiddleware = fiberlimiter.SlidingWindow{}
	}
	app.Use(fiberlimiter.New(config))
	app.Get("/", func(c fiber.Ctx) error { return c.SendString("ok") })
	must(app.Listener(ln, fiber.ListenConfig{DisableStartupMessage: true}))
}

// byIP varies the limit by the address without its port.
type byIP struct{}

// Key implements the interface that throttled expects.
func (byIP) Key(req *http.Request) string { return host(req.RemoteAddr) }

func host(addr string) string {
	h, _, _ := net.SplitHostPort(addr)
	return h
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }

type entry struct {
	From   string `json:"from"`
	At     int64  `json:"at"`
	Status int    `json:"status"`
}

func record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		at := time.Now()
		r := &recorder{w, http.StatusOK}
		next.ServeHTTP(r, req)
		print(entry{host(req.RemoteAddr), at.UnixMicro(), r.status})
	})
}

type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

var stdout sync.Mutex

func print(line any) {
	stdout.Lock()
	defer stdout.Unlock()
	must(json.NewEncoder(os.Stdout).Encode(line))
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version[1:]
		}
	}
	return "?"
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
