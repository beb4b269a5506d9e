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

// options are the flags of the command line.
type options struct {
	base    string // the URL of the real API, empty for the embedded server
	n       int
	seed    uint64
	faults  float64
	tape    string // the file of the tape, empty for a temporary one
	listen  string // the host and port of the live page and /metrics, empty for none
	html    string // the file of the page, empty for none
	json    bool
	verbose bool
	without []string
}

// drops reports whether -without names the layer.
func (o *options) drops(layer string) bool { return slices.Contains(o.without, layer) }

// layers returns the layers that -without accepts, with what a control run without
// them must show.
func layers() map[string]string {
	return map[string]string{"throttle": "violations", "retry": "failures", "replay": "network traffic"}
}

const usage = `usage: demo [flags]

Starts a PokéAPI on this machine, fetches everything with all layers of
gracy, and then does so again from the recording with the server stopped. It
needs no network.

`

const exits = `
exit codes: 0 the server counted no violation of its quota, the results are
complete, and the tape gave the same bytes (with -without: the run showed the
expected effect); 1 anything else; 2 invalid flags; 130 interrupted by Ctrl-C,
the recordings are kept.
`

// parseFlags reads the command line. An error has one line. After -help, whose text is
// written to out, the error is flag.ErrHelp.
func parseFlags(args []string, out io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.base, "base-url", "", "use the real API at this `URL`, such as https://pokeapi.co/api/v2, not the\nembedded server; violations of its quota are then not counted")
	fs.IntVar(&o.n, "n", 151, "get at most this `number` of each kind")
	fs.Uint64Var(&o.seed, "seed", 1, "`seed` of the faults and latencies of the server")
	fs.Float64Var(&o.faults, "faults", 0.1, "`probability` that a response is broken, 0 to 0.5")
	fs.StringVar(&o.tape, "tape", "", "keep the tape in this `file`; what is on it already is not requested\nagain (default a temporary file)")
	fs.Func("listen", "serve the live page and /metrics on this `address` until Ctrl-C: 127.0.0.1:8080,\nor :0 for any port. Without a host it is 127.0.0.1. On any other address,\neverybody who can reach this machine can read them", func(s string) (err error) {
		o.listen, err = listenAddress(s)
		return err
	})
	fs.StringVar(&o.html, "html", "", "at the end, write the page with all figures and calls to this `file`")
	fs.BoolVar(&o.json, "json", false, "write a summary as JSON to stdout, and all text to stderr")
	fs.BoolVar(&o.verbose, "v", false, "log retries and waits as well")
	fs.Func("without", "control run without these `layers`: throttle, retry, replay. It must show\nviolations, failures or network traffic, respectively", func(s string) error {
		for name := range strings.SplitSeq(s, ",") {
			if layers()[name] == "" {
				return fmt.Errorf("%q is not one of throttle, retry, replay", name)
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
	case !(o.faults >= 0 && o.faults <= 0.5): // written so that NaN is an error
		return fmt.Errorf("-faults %v: want 0 to 0.5", o.faults)
	case given["tape"] && o.tape == "":
		return errors.New("-tape: want a file name")
	case given["html"] && o.html == "":
		return errors.New("-html: want a file name")
	case o.drops("replay") && given["tape"]:
		return errors.New("-tape has no effect with -without replay")
	}
	if !given["base-url"] {
		return nil
	}
	for _, name := range []string{"seed", "faults", "without"} {
		if given[name] {
			return fmt.Errorf("-%s is for the embedded server and cannot be used with -base-url", name)
		}
	}
	u, err := url.Parse(o.base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("-base-url: want http:// or https://, a host and optionally a path")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("-base-url: want no user, query or fragment")
	}
	return nil
}

// listenAddress returns the address for a host and port. A port alone is on loopback.
func listenAddress(address string) (string, error) {
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		address = ":" + address
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", errors.New("want a host and port, such as 127.0.0.1:8080")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("port %q is not a number up to 65535", port)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if _, err := netip.ParseAddr(host); err != nil {
		return "", fmt.Errorf("%q is not an IP address", host)
	}
	return net.JoinHostPort(host, port), nil
}
