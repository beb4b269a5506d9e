package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run the cases whose name holds this")
	flag.Parse()
	broken, err := run(context.Background(), *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "proxies:", err)
		os.Exit(1)
	}
	for _, b := range broken {
		fmt.Fprintln(os.Stderr, "\nbroken:", b)
	}
	if len(broken) > 0 {
		os.Exit(1)
	}
}

// run runs the cases, and returns the promises that were broken.
func run(ctx context.Context, only string) (broken []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "gracy-proxies")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := certificate(dir); err != nil {
		return nil, err
	}
	n := new(ids)
	began := time.Now()
	fmt.Println(head())
	for _, s := range scenarios() {
		if !strings.Contains(s.name, only) {
			continue
		}
		b, err := s.run(ctx, dir, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		broken = append(broken, b...)
	}
	fmt.Printf("%d requests in %s\n", n.last.Load(), time.Since(began).Round(time.Second))
	return broken, nil
}

// run starts origin and proxy, and makes the calls of each kind in turn.
func (s scenario) run(ctx context.Context, dir string, n *ids) (broken []string, err error) {
	o := newOrigin(s.dropSecond, s.slow)
	defer o.Close()
	d, err := start(ctx, dir, s.config(o.addr()), s.command...)
	if err != nil {
		return nil, err
	}
	defer d.stop()
	url := "http://127.0.0.1:" + d.port
	if s.two {
		url = "https://127.0.0.1:" + d.port
	}
	ks := s.kinds
	if ks == nil {
		ks = kinds()
	}
	for _, k := range ks {
		r := judge(s, k, o, s.load(ctx, n, d, k, url, func() *client { return newClient(s.two, s.policy) }))
		fmt.Println(r)
		switch {
		case !s.control:
			broken = append(broken, r.broken...)
		case len(r.broken) == 0:
			broken = append(broken, s.name+": no promise is broken")
		}
	}
	return broken, nil
}
