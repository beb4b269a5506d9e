package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// options is what the command line says.
type options struct {
	base    string // of the real API; empty is the embedded one
	n       int
	seed    uint64
	faults  float64
	tape    string // empty is a temporary one
	listen  string // host and port, empty is none
	json    bool
	verbose bool
	without []string
}

// drops reports whether the run is to do without a layer.
func (o *options) drops(layer string) bool { return slices.Contains(o.without, layer) }

// layers are what -without knows, with what a control run must show.
func layers() map[string]string {
	return map[string]string{"throttle": "violations", "retry": "failures", "replay": "network traffic"}
}

const usage = `usage: demo [flags]

Asks a PokéAPI on loopback for everything through the full stack, then does the
same from the tape with the server stopped. Needs no network.

`

const exits = `
exit codes: 0 no violation at the server, results complete, and the same bytes
from the tape (with -without: the run showed what it must); 1 anything else;
2 bad flags; 130 cut short by Ctrl-C, recordings kept.
`

// parseFlags reads the command line. An error has one line; flag.ErrHelp is
// that of -help, which was written to out.
func parseFlags(args []string, out io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.base, "base-url", "", "ask the real API at this `URL`, https://pokeapi.co/api/v2 say: no embedded\nserver, and nothing claimed about violations")
	fs.IntVar(&o.n, "n", 151, "ask for at most `so many` of each kind")
	fs.Uint64Var(&o.seed, "seed", 1, "`seed` of the server's faults and latencies")
	fs.Float64Var(&o.faults, "faults", 0.1, "`probability` that an answer is broken, 0 to 0.5")
	fs.StringVar(&o.tape, "tape", "", "keep the tape in this `file`; what is on it already is not asked for\n(default a temporary file)")
	fs.Func("listen", "serve /metrics on this `address` of loopback until Ctrl-C; without a host it is\n127.0.0.1", func(s string) (err error) {
		o.listen, err = loopback(s)
		return err
	})
	fs.BoolVar(&o.json, "json", false, "write a summary as JSON to stdout, all else to stderr")
	fs.BoolVar(&o.verbose, "v", false, "log retries and waits too")
	fs.Func("without", "control run without these `layers`: throttle, retry, replay. It must show\nviolations, failures, network traffic", func(s string) error {
		for name := range strings.SplitSeq(s, ",") {
			if layers()[name] == "" {
				return fmt.Errorf("%q is none of throttle, retry, replay", name)
			}
			if !o.drops(name) {
				o.without = append(o.without, name)
			}
		}
		return nil
	})
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(out)
		_, _ = io.WriteString(out, usage)
		fs.PrintDefaults()
		_, _ = io.WriteString(out, exits)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return o, o.check(given, fs.Args())
}

func (o *options) check(given map[string]bool, rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case o.n < 1 || o.n > 10_000:
		return fmt.Errorf("-n %d: want 1 to 10000", o.n)
	case !(o.faults >= 0 && o.faults <= 0.5): // so that NaN is refused
		return fmt.Errorf("-faults %v: want 0 to 0.5", o.faults)
	case given["tape"] && o.tape == "":
		return errors.New("-tape: want a file name")
	case o.drops("replay") && given["tape"]:
		return errors.New("-without replay has no use for -tape")
	}
	if !given["base-url"] {
		return nil
	}
	for _, name := range []string{"seed", "faults", "without"} {
		if given[name] {
			return fmt.Errorf("-%s is for the embedded server, not with -base-url", name)
		}
	}
	u, err := url.Parse(o.base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("-base-url: want http:// or https://, a host and perhaps a path")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("-base-url: want neither user, query nor fragment")
	}
	return nil
}

// loopback makes an address of what may be a port alone, and refuses any that
// other machines could reach.
func loopback(address string) (string, error) {
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		address = ":" + address
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", errors.New("want a host and port, as 127.0.0.1:9090")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("port %q is no number up to 65535", port)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.Unmap().IsLoopback() {
		return "", fmt.Errorf("%s is not loopback: metrics are served to this machine only", host)
	}
	return net.JoinHostPort(host, port), nil
}
