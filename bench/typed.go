package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gracy-go/gracy/parse"
)

// A pokemon is the content of every response's body.
type pokemon struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Height int    `json:"height"`
	Weight int    `json:"weight"`
}

// typed makes a typed GET by package parse.
func typed(c *caller) error {
	if c.ask == nil {
		endpoint := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
		api := parse.API{Client: c.client, Base: c.req.URL.Scheme + "://" + c.req.URL.Host + "/v2"}
		ctx := c.req.Context()
		c.ask = func() (pokemon, error) { return endpoint.Call(ctx, api, "25") }
	}
	return c.asked()
}

// typedByHand makes the same call with net/http and encoding/json, as one would write it for a
// single endpoint.
func typedByHand(c *caller) error {
	if c.ask == nil {
		base, ctx := c.req.URL.Scheme+"://"+c.req.URL.Host+"/v2", c.req.Context()
		c.ask = func() (pokemon, error) { return getPokemon(ctx, c.client, base, "25") }
	}
	return c.asked()
}

func getPokemon(ctx context.Context, client *http.Client, base, name string) (p pokemon, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/pokemon/"+url.PathEscape(name), nil)
	if err != nil {
		return p, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return p, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return p, fmt.Errorf("GET /pokemon/{name}: status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(body, &p)
}

// asked makes the call. It fails unless it returns what the body says.
func (c *caller) asked() error {
	got, err := c.ask()
	if want := (pokemon{25, "pikachu", 4, 60}); err == nil && got != want {
		err = fmt.Errorf("got %+v, want %+v", got, want)
	}
	return err
}

// loggedByHand writes a line for each response with slog, in the least code: a constant message,
// and the attributes of package logging that need no route.
func loggedByHand(base http.RoundTripper, _ settings) built {
	log := slog.New(slog.NewJSONHandler(discard{}, nil))
	return built{rt: roundTrip(func(req *http.Request) (*http.Response, error) {
		start := time.Now()
		resp, err := base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		log.LogAttrs(req.Context(), slog.LevelInfo, "response",
			slog.String("http.request.method", req.Method), slog.String("url.full", req.URL.String()),
			slog.Int("http.response.status_code", resp.StatusCode), slog.Float64("elapsed", time.Since(start).Seconds()))
		return resp, nil
	})}
}
