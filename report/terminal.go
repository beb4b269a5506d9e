package report

import (
	"io"
	"os"
	"strconv"
)

const defaultWidth = 80

// A style says what a table may use of a terminal.
type style struct {
	width  int
	color  bool
	height int // the rows of the terminal, or 0 if its lines cannot be overwritten
}

// styleOf returns the style for w. env is os.Getenv, except in tests.
func styleOf(w io.Writer, env func(string) string) style {
	f, _ := w.(*os.File)
	columns, rows, terminal := 0, 0, false
	if f != nil {
		columns, rows, terminal = terminalSize(f)
	}
	st := style{color: colored(terminal, env)}
	if columns > 0 && env("TERM") != "dumb" {
		st.height = rows
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		if st.height > 0 && n > columns {
			st.height = 0 // lines of that width would wrap, and a table that wraps cannot be overwritten
		}
		columns = n
	}
	if columns <= 0 {
		columns = defaultWidth
	}
	st.width = columns
	return st
}

// colored follows no-color.org and the CLICOLOR convention. NO_COLOR wins.
func colored(terminal bool, env func(string) string) bool {
	if env("NO_COLOR") != "" {
		return false
	}
	if force := env("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal && env("TERM") != "dumb"
}
