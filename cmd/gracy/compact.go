package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/replay/store"
)

func newCompact() *cobra.Command {
	cmd := &cobra.Command{
		Use: "compact TAPE", Short: "Rewrite a bbolt tape without the space of deleted exchanges", Args: arguments,
		Long: `Rewrite a bbolt tape without the space of deleted exchanges. The new file replaces the old
one when it is complete. A crash leaves the old one.`,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path := args[0]
		if inDatabase(path) != nil || isText(path) || isSQLite(path) {
			return usagef("%s is not a bbolt tape: there is nothing to compact", path)
		}
		before, after, n, err := compact(cmd.Context(), path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s, %d bytes before, %d now\n", brief.Count(n, "exchange"), before, after)
		return err
	}
	return cmd
}

// compact copies a tape into a file beside it, which takes its place. The tape is open
// for writing meanwhile, so that nobody else writes to it.
func compact(ctx context.Context, path string) (before, after int64, n int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, 0, err
	}
	s, err := change(ctx, path)
	if err != nil {
		return 0, 0, 0, err
	}
	defer closing(s, &err)
	n, err = copyBeside(ctx, path, s, func(fresh string) error {
		if err := os.Chmod(fresh, info.Mode().Perm()); err != nil {
			return err
		}
		compacted, err := os.Stat(fresh)
		if err != nil {
			return err
		}
		after = compacted.Size()
		return takePlace(s, fresh, path, runtime.GOOS == "windows")
	})
	return info.Size(), after, n, err
}

// takePlace puts a file in the place of the tape that it was made of, which is open, so that nobody else
// writes to it. Windows replaces no file that is open, so the tape is closed at the last moment there;
// whoever opens it in that has it open, and the error of the system leaves all as it was.
func takePlace(s store.Store, fresh, path string, closeFirst bool) error {
	if closeFirst {
		if err := s.Close(); err != nil {
			return err
		}
	}
	return os.Rename(fresh, path)
}

// copyBeside copies a tape into a new file in a folder of its own beside path, and has
// place put it in its place when it is whole.
func copyBeside(ctx context.Context, path string, from store.Store, place func(fresh string) error) (n int, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".gracy-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fresh := filepath.Join(dir, "tape"+filepath.Ext(path))
	if n, err = copyTo(ctx, fresh, from); err != nil {
		return n, err
	}
	return n, place(fresh)
}

// copyTo copies a tape into a storage that has none yet.
func copyTo(ctx context.Context, path string, from store.Store) (n int, err error) {
	to, err := create(ctx, path)
	if err != nil {
		return 0, err
	}
	defer closing(to, &err)
	return store.Copy(ctx, to, from)
}
