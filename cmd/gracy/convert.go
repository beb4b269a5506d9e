package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newConvert() *cobra.Command {
	return &cobra.Command{
		Use: "convert FROM TO", Short: "Copy a tape into a file of another sort", Args: cobra.ExactArgs(2),
		Long: `Copy a tape into a file of another sort, which must not be there yet: with what it
masks, and with the hash key that says who made a request. A text tape keeps the day of a
recording alone.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := read(args[0])
			if err != nil {
				return err
			}
			defer closing(s, &err)
			n, err := copyTo(cmd.Context(), args[1], s)
			if err != nil {
				if cmd.Context().Err() != nil { // half a tape is of no use to anybody
					err = errors.Join(err, os.Remove(args[1]))
				}
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d exchanges\n", n)
			return err
		},
	}
}
