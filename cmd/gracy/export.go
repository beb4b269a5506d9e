package main

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/store"
)

func newExport() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "export TAPE FILE", Short: "Write a tape as HAR or as JSON lines", Args: arguments,
		Long: `Write a tape as HAR 1.2 if FILE ends in .har, or as JSON, one object a line, if it ends in
.jsonl. The file must not exist. JSON holds everything. In HAR, what the format has no
place for is in fields that begin with an underscore.`,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as a JSON object")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		write := map[string]func(io.Writer, iter.Seq2[*store.Exchange, error]) (interop.Report, error){
			".har": interop.WriteHAR, ".jsonl": interop.WriteJSON,
		}[strings.ToLower(filepath.Ext(args[1]))]
		if write == nil {
			return usagef("%s: FILE must end in .har or .jsonl", args[1])
		}
		s, err := read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(s, &err)
		if err := free(args[1]); err != nil {
			return err
		}
		report, err := exportTo(args[1], func(w io.Writer) (interop.Report, error) { return write(w, interop.Exchanges(s)) })
		if err != nil {
			return err
		}
		return printReport(cmd, report, asJSON)
	}
	return cmd
}

// exportTo writes a new file, which has its name when it is whole.
func exportTo(path string, fn func(io.Writer) (interop.Report, error)) (r interop.Report, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".gracy-export-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(f.Name())) }()
	b := bufio.NewWriter(f)
	r, err = fn(b)
	if err = errors.Join(err, b.Flush(), f.Close()); err != nil {
		return r, err
	}
	return r, link(f.Name(), path)
}
