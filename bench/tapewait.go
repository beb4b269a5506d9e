//go:build !older

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/gracy-go/gracy/replay"
)

const (
	serverTime = 5 * time.Millisecond
	waitCalls  = 20 // for each, per round
	noTape     = "no tape"
)

// waits makes calls to a server over loopback that takes 5 ms, without a tape and while each
// recorder records.
func (b *tapeBench) waits() (err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(serverTime)
		n, err := itemNumber(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, item(n))
	})}
	go func() { _ = server.Serve(listener) }()
	defer func() { err = errors.Join(err, server.Close()) }()

	base := &http.Transport{}
	defer base.CloseIdleConnections()
	type waiter struct {
		name string
		rt   http.RoundTripper
		then func() error // part of the call
	}
	nothing := func() error { return nil }
	list := []waiter{{noTape, base, nothing}}
	for _, k := range recorderKinds() {
		rt, stop, err := k.record(filepath.Join(b.dir, "wait"+k.ext), base)
		if err != nil {
			return err
		}
		defer func() { _ = stop() }()
		list = append(list, waiter{k.name, rt, nothing})
	}
	tape, err := replay.Open(filepath.Join(b.dir, "flush.tape"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		return err
	}
	defer func() { _ = tape.Close() }()
	list = append(list, waiter{flushingName, tape.Wrap(base), func() error { return tape.Flush(context.Background()) }})

	number := 0
	return b.inTurn(4*b.rounds, len(list), func(i int) error {
		var times []float64
		for range waitCalls {
			number++
			took, err := timed(func() error {
				return errors.Join(getItem(list[i].rt, "http://"+listener.Addr().String(), number), list[i].then())
			})
			if err != nil {
				return err
			}
			times = append(times, float64(took))
		}
		b.note(toWait, list[i].name, 0, quartilesOf(times).mid)
		return nil
	})
}
