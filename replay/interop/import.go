package interop

import (
	"context"
	"errors"
	"net/http"

	"github.com/gracy-go/gracy/replay"
)

// Import reads a file and adds its exchanges to a tape, in their order. With f "" it uses the
// format that [Detect] returns. It reports what was lost and what was skipped, with URLs masked
// by the default rules of package redact, and returns when all is stored.
//
// The tape replays them once it is opened anew: see Options.End for what a session does with its
// own recordings. What the options of the tape leave out counts as done here and as skipped in
// Tape.Stats. An error ends the import, and what was added before stays. The error is one of the
// file (see [Read]), of Tape.Add and Tape.Flush, or of ctx. An exchange longer than
// Options.MaxBody is skipped. A body in a content coding that the tape cannot open is withheld,
// which is an error at the end: see Options.Codings.
func Import(ctx context.Context, tape *replay.Tape, path string, f Format) (Report, error) {
	report := Report{Format: f}
	if f == "" {
		detected, err := Detect(path)
		if err != nil {
			return report, err
		}
		f, report.Format = detected, detected
	}
	report.Notes = notes(f)
	for r, err := range Read(path, f) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = report.take(tape, r)
		}
		if err != nil {
			return report, errors.Join(err, tape.Flush(ctx))
		}
	}
	return report, tape.Flush(ctx)
}

// take adds a record to the tape, unless it is skipped.
func (r *Report) take(tape *replay.Tape, rec *Record) error {
	method, u := nameOf(rec.Exchange)
	if rec.Skipped != "" {
		r.skip(method, u, rec.Skipped)
		return nil
	}
	err := tape.Add(rec.Exchange)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		r.skip(method, u, "the body of the response is longer than Options.MaxBody")
		return nil
	}
	if err != nil {
		return err
	}
	r.Done++
	r.add(rec.Losses...)
	return nil
}
