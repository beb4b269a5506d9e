package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
)

func newServe() *cobra.Command {
	var where listening
	var origin string
	var speed float64
	var strict bool
	cmd := &cobra.Command{
		Use: "serve TAPE", Short: "Respond from a tape, for programs in any language", Args: arguments,
		SuggestFor: []string{"replay", "server"},
		Long: `Respond from a tape on a loopback address, for programs in any language. A program uses the
address as the base URL of the API, or as its proxy for http URLs. Nothing is sent. A
request that is not on the tape gets 502, with the nearest one as text and the header
Gracy-Miss. A recorded failure closes the connection. Responses to the same request come
in the order in which they were recorded. After that the last one repeats.`,
	}
	where.flags(cmd, "127.0.0.1:0")
	cmd.Flags().StringVar(&origin, "origin", "", "the API that requests without one are for: https://api.test; by default the only one on the tape")
	cmd.Flags().Float64Var(&speed, "speed", 0, "1 responds at the recorded speed, 10 ten times as fast, 0 at once")
	cmd.Flags().BoolVar(&strict, "once", false, "respond once with each recording, and with a miss after that")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if !(speed >= 0) {
			return usagef("--speed: %v is not a speed", speed)
		}
		if err := where.check(cmd.Context()); err != nil {
			return err
		}
		to, err := originOf(cmd.Context(), args[0], origin)
		if err != nil {
			return err
		}
		opts := replay.Options{Mode: replay.ModeReplay, Speed: speed, Codings: codings.All()}
		if strict {
			opts.End = replay.EndMiss
		}
		tape, err := openTape(cmd.Context(), args[0], opts)
		if err != nil {
			return err
		}
		defer closing(tape, &err)
		log := cmd.ErrOrStderr()
		h := withoutTunnels(forward(tape.Wrap(nil), to, func(string) bool { return true }, log), log)
		if !where.public {
			h = forLoopback(h, to)
		}
		listener, err := where.listen(cmd.Context())
		if err != nil {
			return err
		}
		return serve(cmd, listener, h, "responding for "+cleanLine(to.String()), func() {})
	}
	return cmd
}

// originOf returns the origin that the user gave, or the only one of the tape.
func originOf(ctx context.Context, path, given string) (*url.URL, error) {
	if given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
			u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return nil, usagef("--origin: %q is not an origin such as https://api.test, without a path", redact.Text(given))
		}
		return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
	}
	s, err := read(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	var only *url.URL
	for x, err := range s.Scan(0) {
		if err != nil {
			return nil, err
		}
		u := x.Request.ParseURL()
		o := &url.URL{Scheme: u.Scheme, Host: u.Host}
		if only != nil && *only != *o {
			return nil, usagef("the tape has exchanges with %s and %s: choose one with --origin", only, o)
		}
		only = o
	}
	if only == nil {
		return nil, fmt.Errorf("%s is empty", path)
	}
	return only, nil
}

// forLoopback responds to requests for a loopback name or the origin alone. A web page in a
// browser on this machine could have its own name lead here, and read the tape.
func forLoopback(next http.Handler, origin *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := (&url.URL{Host: req.Host}).Hostname()
		ip := net.ParseIP(name)
		loopback := name == "" || strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
		if req.URL.Host == "" && !loopback && !strings.EqualFold(name, origin.Hostname()) {
			http.Error(w, "this server responds only if the Host is a loopback address or "+origin.Hostname()+": --public allows any Host", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, req)
	})
}

// withoutTunnels says to who takes this server for a proxy of https what is one.
func withoutTunnels(next http.Handler, log io.Writer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodConnect {
			const what = "gracy tape serve is a proxy only for http URLs: for https use gracy proxy --mode replay"
			_, _ = fmt.Fprintln(log, about(req, what))
			http.Error(w, what, http.StatusNotImplemented)
			return
		}
		next.ServeHTTP(w, req)
	})
}

// respondWithMiss responds to a request that is not on the tape.
func respondWithMiss(w http.ResponseWriter, miss *replay.MissError) {
	w.Header().Set("Gracy-Miss", string(miss.Reason))
	http.Error(w, missText(miss), http.StatusBadGateway)
}

// missText returns the text of a miss, which names flags of the command where that of the library names options.
func missText(miss *replay.MissError) string {
	text := miss.Error()
	switch {
	case miss.Masked != "":
		text = fmt.Sprintf("replay: %s %s is not on tape and was not sent: its credential (%s) is a mask of the tape: "+
			"record the request that returned the mask again, with --mode record", miss.Method, miss.URL, miss.Masked)
	case miss.Reason == replay.MissConsumed:
		text = fmt.Sprintf("replay: %s %s is not on tape: %s: all its responses have been replayed, and --once repeats none", miss.Method, miss.URL, miss.Reason)
	}
	return safetext.Escape(text)
}
