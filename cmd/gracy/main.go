package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/safetext"
)

// The exit codes, which doc.go explains.
const (
	exitDone = iota
	exitFound
	exitUsage
	exitFailed
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills the program
	log.SetFlags(0)
	log.SetOutput(stdlog{os.Stderr})
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errFound says that what a command looks for was found, which it has printed.
var errFound = errors.New("found")

// A failure is an error of what a command does, and not of its command line.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// run runs the command line and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	}
	_, failed := errors.AsType[failure](err)
	if failed && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	_, _ = fmt.Fprintln(stderr, "gracy:", safetext.Escape(err.Error()))
	if _, unwritten := errors.AsType[*fs.PathError](err); failed || unwritten {
		return exitFailed
	}
	if !cmd.HasSubCommands() {
		_, _ = fmt.Fprintln(stderr, "Usage:", cmd.UseLine())
	}
	_, _ = fmt.Fprintf(stderr, "Run \"%s --help\" for more.\n", cmd.CommandPath())
	return exitUsage
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "gracy",
		Short: "Inspect and maintain tapes, and use them from any language",
		Long: `A tape holds recorded HTTP exchanges. A name that ends in .json is a text tape, one that
ends in .sqlite or .sqlite3 a SQLite file. postgres:NAME and mongodb:NAME are tapes in the
databases that DATABASE_URL and MONGODB_URI name. Any other is a bbolt file.

Exit codes: 0 done; 1 something was found (a difference, a secret, a drift);
2 the command line is wrong; 3 the command failed.`,
		Version:      version(),
		SilenceUsage: true, SilenceErrors: true,
	}
	root.Args, root.RunE, root.PersistentPreRunE = cobra.ArbitraryArgs, onlyCommands, filled
	root.AddCommand(newTape(), newProxy())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Run, c.RunE = nil, help
		case "completion":
			c.RunE = onlyCommands
		}
	}
	return root
}

// help prints the help of a command. That of cobra takes a name that there is not for no error.
func help(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return usagef("no help on %q", strings.Join(args, " "))
	}
	about.InitDefaultHelpFlag()
	return about.Help()
}

func newTape() *cobra.Command {
	tape := &cobra.Command{Use: "tape", Short: "Inspect, change or serve a tape"}
	tape.RunE = onlyCommands
	tape.AddCommand(newList(), newShow(), newDiff(), newPrune(), newCompact(), newConvert(), newImport(), newExport(), newScan(), newVerify(), newServe())
	for _, c := range tape.Commands() {
		c.RunE = failing(c.RunE)
	}
	return tape
}

// failing makes every error of a command a failure, so that those that are left are of
// the command line.
func failing(fn func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		err := fn(c, args)
		if err == nil || errors.Is(err, errFound) {
			return err
		}
		if usage, ok := errors.AsType[usageError](err); ok {
			return usage
		}
		return failure{err}
	}
}

// A usageError is a wrong argument that cobra does not see.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
