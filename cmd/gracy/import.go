package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/safetext"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/codings"
	"github.com/gracy-go/gracy/replay/interop"
)

func newImport() *cobra.Command {
	var format string
	var asJSON bool
	formats := []interop.Format{
		interop.GoVCR, interop.VCRPy, interop.RubyVCR, interop.Betamax, interop.Nock, interop.Polly, interop.HAR, interop.JSON,
	}
	cmd := &cobra.Command{
		Use: "import FILE TAPE", Short: "Add what another recorder has written to a tape", Args: arguments,
		Long: `Add what another recorder has written to a tape, which is made if it does not exist. FILE
is a cassette of go-vcr, vcrpy, Ruby VCR or betamax, a recording of nock or Polly, HAR (also
in a zip), or JSON from gracy tape export. Secrets are masked. A line is printed for
everything that the file does not hold. An exchange that would replay as something that no
server has sent is skipped.`,
	}
	cmd.Flags().StringVar(&format, "format", "", namesOf(formats)+"; by default guessed from the file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as a JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		switch info, err := os.Stat(args[0]); { // before a tape is made
		case err != nil:
			return err
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is not a regular file: import reads the beginning twice, so write it to a file first", args[0])
		}
		f := interop.Format(format)
		switch {
		case cmd.Flags().Changed("format") && !slices.Contains(formats, f):
			return usagef("--format: %q is not one of %s", format, namesOf(formats))
		case f == "":
			if f, err = detect(cmd.Context(), args[0]); err != nil {
				return err
			}
		}
		if err := begins(args[0], f); err != nil {
			return err
		}
		report, err := importTo(cmd.Context(), args[1], args[0], f)
		if err != nil && report.Done+report.Skipped == 0 {
			return err
		}
		if printed := printReport(cmd, report, asJSON); err == nil {
			err = printed
		}
		return err
	}
	return cmd
}

// detect returns the format of a file by what it looks like.
func detect(ctx context.Context, file string) (interop.Format, error) {
	f, err := interop.Detect(file)
	if _, unknown := errors.AsType[*interop.FormatError](err); !unknown {
		return f, err
	}
	if s, err := read(ctx, file); err == nil {
		return "", errors.Join(fmt.Errorf("%s is a tape already: copy it with gracy tape convert", file), s.Close())
	}
	return "", fmt.Errorf("%s: %w; name the format with --format", file, err)
}

// begins reads the first exchange of a file, so that no tape is made for one that cannot be read.
func begins(file string, f interop.Format) error {
	for _, err := range interop.Read(file, f) {
		return inFile(file, err)
	}
	return nil
}

// inFile names the file in an error about its content.
func inFile(file string, err error) error {
	if _, ok := errors.AsType[*interop.FormatError](err); ok {
		return fmt.Errorf("%s: %w", file, err)
	}
	return err
}

// importTo imports a file. It has closed the tape then: a text tape is written no sooner, and who reads the report
// may end before it is printed, by which the program is killed.
func importTo(ctx context.Context, path, file string, f interop.Format) (r interop.Report, err error) {
	tape, err := openTape(ctx, path, replay.Options{Mode: replay.ModeRecord, Errors: true, Codings: codings.All()})
	if err != nil {
		return interop.Report{Format: f}, err
	}
	defer closing(tape, &err)
	r, err = interop.Import(ctx, tape, file, f)
	return r, inFile(file, err)
}

// namesOf returns the formats in words.
func namesOf(formats []interop.Format) string {
	var b strings.Builder
	for i, f := range formats {
		switch i {
		case 0:
		case len(formats) - 1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(f))
	}
	return b.String()
}

func printReport(cmd *cobra.Command, r interop.Report, asJSON bool) error {
	if asJSON {
		return printJSON(cmd.OutOrStdout(), r)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), safetext.Escape(strings.TrimSuffix(r.String(), "\n")))
	return err
}
