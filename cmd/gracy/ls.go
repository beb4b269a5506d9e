package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// longURL is how many bytes of URLs stand in a column of ls.
const longURL = 160

func newList() *cobra.Command {
	var which choice
	var asJSON bool
	cmd := &cobra.Command{
		Use: "ls TAPE", Short: "List the exchanges of a tape, one per line", Args: arguments,
		SuggestFor: []string{"list"},
	}
	which.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one object per line")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		s, err := read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(s, &err)
		chosen, err := which.of(cmd, s)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if asJSON {
			for x, err := range chosen {
				if err != nil {
					return err
				}
				if err := printJSON(out, lineOf(x)); err != nil {
					return err
				}
			}
			return nil
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for x, err := range chosen {
			if err != nil {
				_ = w.Flush()
				return err
			}
			url, next := cleanLine(x.Request.URL), "\t"
			if len(url) > longURL {
				next = "  " // it is no cell, which would make the column as wide in all lines
			}
			if _, err := fmt.Fprintf(w, "%d\t%s\t%s\t%s%s%s%s%d B\n", x.number, startText(x.Exchange),
				cleanLine(methodOf(x.Exchange)), url, next, outcome(x.Exchange), next, length(x.Exchange)); err != nil {
				return err
			}
			if x.number%500 == 0 { // so that a long tape begins at once
				if err := w.Flush(); err != nil {
					return err
				}
			}
		}
		return w.Flush()
	}
	return cmd
}

// closing closes a store at the end of a command, whose error it adds.
func closing(s interface{ Close() error }, err *error) {
	if closed := s.Close(); *err == nil {
		*err = closed
	}
}
