package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func newConvert() *cobra.Command {
	return &cobra.Command{
		Use: "convert FROM TO", Short: "Copy a tape into a file of another sort", Args: cobra.ExactArgs(2),
		Long: `Copy a tape into a file of another sort, which must not be there yet, and is not there
before it is whole: with what it masks, and with the hash key that says who made a
request. A text tape keeps the day of a recording alone.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s, err := read(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer closing(s, &err)
			path := args[1]
			if err := free(path); err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
			n, err := copyBeside(cmd.Context(), path, s, func(fresh string) error { return link(fresh, path) })
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d exchanges\n", n)
			return err
		},
	}
}

// link gives a file a name that no other has. A text tape without exchanges is no file.
func link(fresh, path string) error {
	if _, err := os.Lstat(fresh); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	err := os.Link(fresh, path)
	if err == nil {
		return nil
	}
	if err := free(path); err != nil {
		return err
	}
	return os.Rename(fresh, path) // a file system without links
}
