package report

import (
	"io"
	"os"
	"strconv"
)

const defaultWidth = 80

// A style is what a table may use of the terminal.
type style struct {
	width  int
	colour bool
}

// styleOf returns what w can show. env is os.Getenv, except in tests.
func styleOf(w io.Writer, env func(string) string) style {
	f, _ := w.(*os.File)
	columns, terminal := 0, false
	if f != nil {
		columns, terminal = terminalWidth(f)
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		columns = n
	}
	if columns <= 0 {
		columns = defaultWidth
	}
	return style{width: columns, colour: coloured(terminal, env)}
}

// coloured follows no-color.org and the CLICOLOR convention; NO_COLOR wins over all others.
func coloured(terminal bool, env func(string) string) bool {
	if env("NO_COLOR") != "" {
		return false
	}
	if force := env("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal && env("TERM") != "dumb"
}
