package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

func newVerify() *cobra.Command {
	var opts replay.VerifyOptions
	var perSecond float64
	var asJSON bool
	cmd := &cobra.Command{
		Use: "verify TAPE", Short: "Send the recorded requests again and say what differs now", Args: arguments,
		Long: `Send the recorded requests again and say what differs now: status, Content-Type,
Location, the headers of --header and the body by its meaning. Only GET, HEAD and OPTIONS
are sent unless --unsafe is set. What is masked is neither sent nor compared. The exit code is 1 if
something differs, 3 if a request failed.`,
	}
	f := cmd.Flags()
	f.BoolVar(&opts.Unsafe, "unsafe", false, "send other methods too, which may change something at the server")
	f.BoolVar(&opts.Shape, "shape", false, "compare JSON by its members and types, whatever the values")
	f.StringSliceVar(&opts.Headers, "header", nil, "further headers of the response to compare")
	f.StringSliceVar(&opts.Ignore, "ignore", nil, "JSON members and form fields that may differ")
	f.Float64Var(&perSecond, "rate", 5, "requests per second")
	f.BoolVar(&asJSON, "json", false, "print JSON, one object per line")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if err := checkRate(perSecond); err != nil {
			return err
		}
		tape, err := openTape(cmd.Context(), args[0], replay.Options{Mode: replay.ModeReplay, Codings: codings.All()})
		if err != nil {
			return err
		}
		defer closing(tape, &err)
		next := gracy.Chain(timeout.New(timeout.Config{}), throttle.New(ruleOf(perSecond)))
		out := cmd.OutOrStdout()
		differs, failed := false, 0
		for d, err := range tape.Verify(cmd.Context(), next, opts) {
			if d == nil {
				return err
			}
			if err != nil {
				failed++
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s %s: %s\n", safetext.Escape(d.Method), safetext.Escape(d.URL), safetext.Escape(err.Error()))
				continue
			}
			differs = differs || len(d.Differences) > 0
			if asJSON {
				err = printJSON(out, d)
			} else {
				_, err = fmt.Fprintln(out, safetext.Escape(d.String()))
			}
			if err != nil {
				return err
			}
		}
		switch {
		case failed > 0:
			return fmt.Errorf("%s failed", brief.Count(failed, "request"))
		case differs:
			return errFound
		}
		return nil
	}
	return cmd
}
