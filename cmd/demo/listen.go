package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/report"
)

// closing is how long the viewers of the page have to end their requests.
const closing = time.Second

// A web is the server of the live page and of /metrics.
type web struct {
	url  string // of the page
	srv  *http.Server
	page *report.Page
	done chan struct{}
}

func serve(address string, recorders ...*metrics.Recorder) (*web, error) {
	registry := prometheus.NewPedanticRegistry()
	sources := make([]report.Source, len(recorders))
	for i, r := range recorders {
		if err := registry.Register(r); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		sources[i] = r
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	w := &web{url: "http://" + ln.Addr().String() + "/", page: report.Handler(sources...), done: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle("/", w.page)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	w.srv = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	w.srv.RegisterOnShutdown(w.page.Close)
	go func() {
		defer close(w.done)
		_ = w.srv.Serve(ln) // returns after close
	}()
	return w, nil
}

// close ends the streams, whose pages say that the program has ended, and then the server.
func (w *web) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if w.srv.Shutdown(ctx) != nil {
		_ = w.srv.Close() // a connection without a request is open
	}
	w.page.Close() // Shutdown does not wait for it
	<-w.done
}
