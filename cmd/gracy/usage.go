package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// arguments checks that a command has the arguments that its Use names, all of them and no more.
func arguments(cmd *cobra.Command, args []string) error {
	names := strings.Fields(cmd.Use)[1:]
	switch {
	case len(args) > len(names):
		return usagef("%q is one argument too many", args[len(names)])
	case len(args) < len(names):
		return usagef("%s is missing", names[len(args)])
	}
	if i := slices.Index(args, ""); i >= 0 {
		return usagef("%s is empty", names[i])
	}
	return nil
}

// filled checks that no flag is given as empty, such as one that a shell has filled with a variable that is not set: it
// would be taken for one that is not given, and a check for nothing would pass.
func filled(cmd *cobra.Command, _ []string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if s := f.Value.String(); err == nil && (s == "" || s == "[]") {
			err = usagef("--%s is empty", f.Name)
		}
	})
	return err
}

// onlyCommands runs a command that does nothing but have others.
func onlyCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	text := fmt.Sprintf("unknown command %q for %s", args[0], cmd.CommandPath())
	if meant := meant(cmd, args[0]); len(meant) > 0 {
		text += ": " + strings.Join(meant, ", or ") + "?"
	}
	return usagef("%s", text)
}

// meant returns the commands that are called nearly as name is below cmd, at any depth, or that say in SuggestFor that they
// go by that name elsewhere.
func meant(cmd *cobra.Command, name string) (paths []string) {
	cmd.SuggestionsMinimumDistance = min(2, len(name)/2) // a name of three letters is not every other of two
	for _, near := range cmd.SuggestionsFor(name) {      // which names one twice that is near and says so
		if path := cmd.CommandPath() + " " + near; !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for _, c := range cmd.Commands() {
		if c.Name() != "completion" {
			paths = append(paths, meant(c, name)...)
		}
	}
	return paths
}
