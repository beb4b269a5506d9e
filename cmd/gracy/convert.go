package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/replay/store"
)

func newConvert() *cobra.Command {
	return &cobra.Command{
		Use: "convert FROM TO", Short: "Copy a tape to another kind of storage", Args: arguments,
		Long: `Copy a tape to another kind of storage, with its masks and with the key of the hashes that
say who made a request. The file TO must not exist, and appears only when it is complete. A
tape in a database must have no exchanges. If the copy fails, those copied by then stay. A
text tape keeps only the day of a recording.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if args[0] == args[1] {
				return usagef("%s is both FROM and TO", args[0])
			}
			s, err := read(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer closing(s, &err)
			copied := copyToFile
			if inDatabase(args[1]) != nil {
				copied = copyTo
			}
			n, err := copied(cmd.Context(), args[1], s)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", brief.Count(n, "exchange"))
			return err
		},
	}
}

// copyToFile copies a tape into a file that is not there yet.
func copyToFile(ctx context.Context, path string, from store.Store) (n int, err error) {
	if err := free(path); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	return copyBeside(ctx, path, from, func(fresh string) error { return link(fresh, path) })
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
