package main

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/replay/store"
)

// choice is the exchanges of a tape that a command is about.
type choice struct {
	only   []string
	before string
	after  string
	status int
}

func (c *choice) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&c.only, "only", nil, `hosts and patterns: "api.test", "GET /pokemon/{name}"`)
	f.StringVar(&c.before, "before", "", "recorded before a day (2006-01-02), a moment (RFC 3339) or a time ago (720h)")
	f.StringVar(&c.after, "after", "", "recorded at or after; values as for --before")
	f.IntVar(&c.status, "status", 0, "with this status")
}

// numbered is an exchange and its number on the tape, from 1.
type numbered struct {
	*store.Exchange
	number int
}

// check returns what is wrong with the flags, before anything is opened.
func (c *choice) check(cmd *cobra.Command) error {
	if cmd.Flags().Changed("status") && (c.status < 100 || c.status > 999) {
		return usagef("--status: %d is not a status", c.status)
	}
	return nil
}

// of yields the exchanges of a tape that are chosen, until the context of the command ends.
func (c *choice) of(cmd *cobra.Command, s store.Store) (iter.Seq2[numbered, error], error) {
	if err := c.check(cmd); err != nil {
		return nil, err
	}
	only, err := match.Named(c.only)
	if err != nil {
		return nil, usagef("--only: %w", err)
	}
	before, err := moment("--before", c.before)
	if err != nil {
		return nil, err
	}
	after, err := moment("--after", c.after)
	if err != nil {
		return nil, err
	}
	fits := func(x *store.Exchange) bool {
		req := &http.Request{Method: x.Request.Method, URL: x.Request.ParseURL(), Host: x.Request.Host}
		return (len(only) == 0 || only.Match(nil, req)) &&
			(before.IsZero() || x.ID.Time().Before(before)) && (after.IsZero() || !x.ID.Time().Before(after)) &&
			(c.status == 0 || x.Response != nil && x.Response.StatusCode == c.status)
	}
	return func(yield func(numbered, error) bool) {
		number := 0
		for x, err := range scan(cmd.Context(), s) {
			if err != nil {
				yield(numbered{}, err)
				return
			}
			if number++; fits(x) && !yield(numbered{x, number}, nil) {
				return
			}
		}
	}, nil
}

// scan yields the exchanges of a tape until a context ends, which is the last error then.
func scan(ctx context.Context, s store.Store) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		for x, err := range s.Scan(0) {
			if err == nil && ctx.Err() != nil {
				x, err = nil, ctx.Err()
			}
			if !yield(x, err) || err != nil {
				return
			}
		}
	}
}

// moment reads a day, a moment, or a time ago.
func moment(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return time.Now().Add(-d), nil
	}
	return time.Time{}, usagef("%s: %q is not a day (2006-01-02), a moment (RFC 3339) or a time ago (720h)", flag, s)
}

// numberOf returns the exchange of a number on the tape.
func numberOf(ctx context.Context, s store.Store, arg string) (numbered, error) {
	want, err := strconv.Atoi(arg)
	if err != nil || want < 1 {
		return numbered{}, usagef("%q is not the number of an exchange: gracy tape ls lists them", arg)
	}
	number := 0
	for x, err := range scan(ctx, s) {
		if err != nil {
			return numbered{}, err
		}
		if number++; number == want {
			return numbered{x, number}, nil
		}
	}
	return numbered{}, fmt.Errorf("there is no exchange %d: the tape has %d", want, number)
}
