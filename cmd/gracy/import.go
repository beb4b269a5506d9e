package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/replay/interop"
)

func newImport() *cobra.Command {
	var format string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import FILE TAPE", Short: "Add what another recorder has written to a tape", Args: cobra.ExactArgs(2),
		Long: `Add what another recorder has written to a tape, which is made if it is not there: a
cassette of go-vcr, vcrpy, Ruby VCR or betamax, a recording of nock or Polly, HAR (also in
a zip), or what gracy tape export wrote as JSON. Secrets are masked. What the file does
not hold is said, a line each; what would replay as something that no server has sent is
skipped.`,
	}
	cmd.Flags().StringVar(&format, "format", "", "go-vcr, vcrpy, ruby-vcr, betamax, nock, polly, har or gracy-json; by default what the file looks like")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if _, err := os.Stat(args[0]); err != nil {
			return err // before a tape is made
		}
		f := interop.Format(format)
		if f == "" {
			if f, err = interop.Detect(args[0]); err != nil {
				return err
			}
		}
		tape, err := openTape(cmd.Context(), args[1], replay.Options{Mode: replay.ModeRecord, Errors: true, Codings: codings.All()})
		if err != nil {
			return err
		}
		defer closing(tape, &err)
		report, err := interop.Import(cmd.Context(), tape, args[0], f)
		if printed := printReport(cmd, report, asJSON); err == nil {
			err = printed
		}
		return err
	}
	return cmd
}

func printReport(cmd *cobra.Command, r interop.Report, asJSON bool) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), r)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), clean(r.String()))
	return err
}
