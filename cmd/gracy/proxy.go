package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

func newProxy() *cobra.Command {
	var p proxy
	cmd := &cobra.Command{
		Use: "proxy TAPE", Short: "Record or replay what programs in any language send, through a proxy",
		SuggestFor: []string{"record", "replay"},
		Long: `Record or replay what programs in any language send through a proxy, with retries, rate
limits and concurrency limits on the way. Set HTTP_PROXY and HTTPS_PROXY for a program to
use it. For https the program must trust the certificate that the proxy names when it
starts, for example with SSL_CERT_FILE or curl --cacert. Its key was made on this machine,
only its owner can read it, and it never leaves its folder.

Modes: smart replays what is on the tape and records what is not; record sends and records
everything; replay sends nothing; off uses no tape, and TAPE may be left out.`,
	}
	p.where.flags(cmd, "127.0.0.1:8080")
	f := cmd.Flags()
	f.StringVar(&p.mode, "mode", "smart", "smart, record, replay or off")
	f.IntVar(&p.attempts, "attempts", 3, "attempts of a call; 1 never retries")
	f.Float64Var(&p.perSecond, "rate", 0, "requests a second to a host; 0 is no limit")
	f.IntVar(&p.concurrent, "concurrent", 0, "requests to a host at the same time; 0 is no limit")
	f.StringVar(&p.upstream, "upstream-ca", "", "PEM file of server certificates that are trusted besides those of the system")
	f.StringVar(&p.dir, "ca", "", "folder of the certificate for https (default gracy in the user's configuration folder)")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if p.mode == "off" && len(args) == 0 {
			return nil
		}
		return arguments(cmd, args)
	}
	cmd.RunE = failing(func(cmd *cobra.Command, args []string) error { return p.run(cmd, strings.Join(args, "")) })
	return cmd
}

const mostConcurrent = 1 << 20 // more than there are ports

// proxy is the flags of the command.
type proxy struct {
	where      listening
	mode       string
	attempts   int
	perSecond  float64
	concurrent int
	dir        string
	upstream   string
}

func (p *proxy) run(cmd *cobra.Command, path string) (err error) {
	modes := map[string]replay.Mode{"smart": replay.ModeSmart, "record": replay.ModeRecord, "replay": replay.ModeReplay, "off": replay.Off}
	mode, ok := modes[p.mode]
	switch {
	case !ok:
		return usagef("--mode: %q is not smart, record, replay or off", p.mode)
	case p.attempts < 1:
		return usagef("--attempts: %d is below 1", p.attempts)
	case p.concurrent < 0 || p.concurrent > mostConcurrent:
		return usagef("--concurrent: %d is not between 0 and %d", p.concurrent, mostConcurrent)
	}
	if p.perSecond != 0 {
		if err := checkRate(p.perSecond); err != nil {
			return err
		}
	}
	if err := p.where.check(cmd.Context()); err != nil {
		return err
	}
	if p.dir == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("no folder for the certificate: name one with --ca: %w", err)
		}
		p.dir = filepath.Join(config, "gracy")
	}
	listener, err := p.where.listen(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // where what follows fails; else it is closed by then
	ca, err := openAuthority(p.dir)
	if err != nil {
		return err
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	log := cmd.ErrOrStderr()
	tape, err := openTape(cmd.Context(), path, replay.Options{Mode: mode, Errors: true, Codings: codings.All(), OnError: notes{log}.failed})
	if err != nil {
		return err
	}
	defer func() {
		if err == nil && tape.Stats().Recorded > 0 {
			err = stillThere(path)
		}
	}()
	defer closing(tape, &err)
	chain := p.chain(base, tape, log)
	t := &tunnels{
		authority: ca, trust: filepath.Join(p.dir, caFile), log: log, plain: forward(chain, nil, nil, log),
		forward: func(origin *url.URL) http.Handler { return forward(chain, origin, isFor(origin), log) },
	}
	defer t.close()
	what := fmt.Sprintf("proxy, %s; https by %s", strings.TrimSpace(p.mode+" "+path), t.trust)
	return serve(cmd, listener, t, what, t.close)
}

// stillThere returns an error if the file of a tape that was recorded and closed is not there.
func stillThere(path string) error {
	if inDatabase(path) != nil {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s was removed while the proxy recorded, and what it has recorded with it", path)
	}
	return nil
}

// isFor returns whether a Host is that of an origin, with the port that goes without saying
// or not. Another one is what the client wants the server to get.
func isFor(origin *url.URL) func(host string) bool {
	return func(host string) bool {
		u := &url.URL{Scheme: origin.Scheme, Host: host}
		return host == "" || strings.EqualFold(u.Hostname(), origin.Hostname()) && portOf(u) == portOf(origin)
	}
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// base is what sends. It follows no proxy of the environment, which would be this one.
func (p *proxy) base() (*http.Transport, error) {
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // nothing replaces it here
	base.Proxy = nil
	base.DisableCompression = true // the client has asked for what it can read
	if p.upstream == "" {
		return base, nil
	}
	pem, err := os.ReadFile(p.upstream)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", p.upstream)
	}
	base.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return base, nil
}

// chain is the documented order of layers, without a time limit: the client decides how long it waits, for a stream that
// says nothing too.
func (p *proxy) chain(base http.RoundTripper, tape *replay.Tape, log io.Writer) http.RoundTripper {
	layers := []gracy.Layer{
		notes{log},
		retry.New(retry.Policy{Attempts: p.attempts}),
		tape,
	}
	if p.concurrent > 0 {
		layers = append(layers, concurrency.New(concurrency.Limit{Max: p.concurrent}))
	}
	var rules []throttle.Rule
	if p.perSecond != 0 {
		rule := ruleOf(p.perSecond)
		rule.Key = func(req *http.Request) string { return req.URL.Host }
		rules = append(rules, rule)
	}
	return gracy.Around(base, append(layers, throttle.New(rules...))...)
}
