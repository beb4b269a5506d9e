package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/replay/store"
)

func newPrune() *cobra.Command {
	var which choice
	var dry, incomplete bool
	cmd := &cobra.Command{
		Use: "prune TAPE", Short: "Delete exchanges from a tape", Args: cobra.ExactArgs(1),
		Long: `Delete exchanges from a tape: those that every given flag is true of. Without a flag it
deletes nothing. A bbolt file keeps its size: gracy tape compact makes it smaller.`,
	}
	which.flags(cmd)
	cmd.Flags().BoolVar(&incomplete, "incomplete", false, "whose response did not come to its end, which are never replayed")
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be deleted")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		f := cmd.Flags()
		if !f.Changed("only") && !f.Changed("before") && !f.Changed("after") && !f.Changed("status") && !incomplete {
			return usagef("prune needs --before, --after, --only, --status or --incomplete")
		}
		if err := which.check(cmd); err != nil {
			return err
		}
		open := change
		if dry {
			open = read
		}
		s, err := open(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(s, &err)
		chosen, err := which.of(cmd, s)
		if err != nil {
			return err
		}
		var ids []store.ID
		total := 0
		for x, err := range chosen {
			if err != nil {
				return err
			}
			if incomplete && x.Complete {
				continue
			}
			if dry {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d %s %s\n", x.number, cleanLine(methodOf(x.Exchange)), cleanLine(x.Request.URL)); err != nil {
					return err
				}
			}
			ids = append(ids, x.ID)
		}
		const batch = 256
		for !dry && total < len(ids) {
			n := min(batch, len(ids)-total)
			if err := s.Delete(ids[total : total+n]...); err != nil {
				return err
			}
			total += n
		}
		word := "deleted"
		if dry {
			word = "would be deleted"
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d %s\n", len(ids), word)
		return err
	}
	return cmd
}
