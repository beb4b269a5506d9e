// Command citest runs the tests of several modules. It fails if a test skips that is not in a list.
//
//	citest -allow .ci/allowed-skips -in . -in ./tools -- -race -shuffle=on
//
// It prints the output of go test, then every skipped test with its reason, and at the end the line
// "N passed, N failed, N skipped". It exits with 1 if a test failed, if a skip is not in the list,
// or if no test ran at all.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// modules collects the folders of repeated -in flags.
type modules []string

func (m *modules) String() string { return strings.Join(*m, ",") }

func (m *modules) Set(dir string) error {
	*m = append(*m, dir)
	return nil
}

func run(args []string, stdout, stderr io.Writer) int {
	var (
		dirs  modules
		flags = flag.NewFlagSet("citest", flag.ContinueOnError)
		list  = flags.String("allow", "", "file of allowed skips; without it no skip is allowed")
		pass  = flags.String("pass", "", "the [section] of the file that holds, in addition to the lines for every pass")
	)
	flags.SetOutput(stderr)
	flags.Var(&dirs, "in", "folder of a module to test; may be repeated")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	allowed, err := readAllowed(*list, *pass)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}

	result := newTally(stdout)
	for _, dir := range dirs {
		if err := testModule(dir, flags.Args(), result, stderr); err != nil {
			fmt.Fprintf(stderr, "citest: %s: %v\n", dir, err)
			return 2
		}
	}
	return result.close(allowed)
}

// testModule runs go test in dir and counts its events. A failure without an event,
// such as a go.mod that does not parse, counts as one failed test.
func testModule(dir string, args []string, result *tally, stderr io.Writer) error {
	goTest := exec.Command("go", append(append([]string{"test", "-json"}, args...), "./...")...)
	goTest.Dir = dir
	goTest.Stderr = stderr
	events, err := goTest.StdoutPipe()
	if err != nil {
		return err
	}
	if err := goTest.Start(); err != nil {
		return err
	}
	before := result.failed
	readErr := result.read(events)
	if readErr != nil {
		// Unread output would keep go test from ending.
		_, _ = io.Copy(io.Discard, events)
	}
	if err := goTest.Wait(); err != nil && result.failed == before {
		fmt.Fprintf(stderr, "citest: go test in %s: %v\n", dir, err)
		result.failed++
	}
	return readErr
}
