package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/replay/store"
)

// pruning is what prune deletes, or would.
type pruning struct {
	which           choice
	dry, incomplete bool
}

func newPrune() *cobra.Command {
	var p pruning
	cmd := &cobra.Command{
		Use: "prune TAPE", Short: "Delete exchanges from a tape", Args: arguments,
		SuggestFor: []string{"delete", "remove", "rm"},
		Long: `Delete the exchanges of a tape that match every given flag. At least one flag besides
--dry-run is needed. A bbolt file keeps its size: gracy tape compact makes it smaller.`,
	}
	p.which.flags(cmd)
	cmd.Flags().BoolVar(&p.incomplete, "incomplete", false, "only those whose response did not end, which are not replayed, or only as far as their caller read")
	cmd.Flags().BoolVarP(&p.dry, "dry-run", "n", false, "say what would be deleted")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f := cmd.Flags()
		if !f.Changed("only") && !f.Changed("before") && !f.Changed("after") && !f.Changed("status") && !p.incomplete {
			return usagef("prune needs --before, --after, --only, --status or --incomplete")
		}
		if err := p.which.check(cmd); err != nil {
			return err
		}
		n, err := p.prune(cmd, args[0])
		if err != nil {
			return err
		}
		word := "deleted"
		if p.dry {
			word = "would be deleted"
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d %s\n", n, word)
		return err
	}
	return cmd
}

// prune returns how many exchanges it has deleted, or would. It has closed the tape then: a text tape is
// written no sooner.
func (p *pruning) prune(cmd *cobra.Command, path string) (n int, err error) {
	open := change
	if p.dry {
		open = read
	}
	s, err := open(cmd.Context(), path)
	if err != nil {
		return 0, err
	}
	defer closing(s, &err)
	chosen, err := p.which.of(cmd, s)
	if err != nil {
		return 0, err
	}
	var ids []store.ID
	for x, err := range chosen {
		if err != nil {
			return 0, err
		}
		if p.incomplete && x.Complete {
			continue
		}
		if p.dry {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%d %s %s\n", x.number, cleanLine(methodOf(x.Exchange)), cleanLine(x.Request.URL)); err != nil {
				return 0, err
			}
		}
		ids = append(ids, x.ID)
	}
	const batch = 256
	for !p.dry && n < len(ids) {
		size := min(batch, len(ids)-n)
		if err := s.Delete(ids[n : n+size]...); err != nil {
			return n, err
		}
		n += size
	}
	return len(ids), nil
}
