package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/transport"
)

// workers is the number of calls at once. Most of them wait for a slot or the quota.
const workers = 32

// missing is a name that no Pokémon has.
const missing = "missingno"

// Results are what the job returns: typed values in the order of the lists. They are
// compared byte for byte, as JSON, with those from the tape.
type Results struct {
	Pokemon     []Pokemon    `json:"pokemon"`
	Berries     []Berry      `json:"berries"`
	Generations []Generation `json:"generations"`
	Explained   Pokemon      `json:"explained"`
	Missing     string       `json:"missing"` // the error for a name that does not exist
}

// An outcome is the result of a job.
type outcome struct {
	Results   Results
	Wanted    int              // the number of resources on the lists
	Done      int              // how many of them the job got
	Failures  []error          // the errors of calls that had to succeed
	Unlisted  int              // the number of kinds, of three, whose list failed
	Explained *transport.Trace // the calls that are shown in detail
}

type task func(context.Context) error

// work does the job: it lists all kinds, gets everything on the lists, gets a name that
// does not exist, and makes the call that is shown in detail later.
func work(ctx context.Context, api *PokeAPI, n int) *outcome {
	out := &outcome{}
	var mu sync.Mutex // mu guards out.Failures
	fail := func(what string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() == nil {
			out.Failures = append(out.Failures, fmt.Errorf("%s: %w", what, err))
		}
	}

	kinds := make([][]task, 3)
	var listed sync.WaitGroup
	listed.Go(func() { kinds[0] = prepare(ctx, api.Pokemon, n, &out.Results.Pokemon, fail) })
	listed.Go(func() { kinds[1] = prepare(ctx, api.Berry, n, &out.Results.Berries, fail) })
	listed.Go(func() { kinds[2] = prepare(ctx, api.Generation, n, &out.Results.Generations, fail) })
	listed.Wait()
	out.Unlisted = len(out.Failures)
	tasks := slices.Concat(kinds...)
	out.Wanted = len(tasks)
	if out.Unlisted == len(kinds) {
		return out
	}

	out.Done = each(ctx, tasks)

	// The 404 of this call is expected: it is an error here, and a success in the log
	// and in the figures.
	_, err := api.Pokemon.Get(ctx, missing)
	if notFound, ok := errors.AsType[*NotFoundError](err); ok {
		out.Results.Missing = notFound.Error()
	} else {
		fail(missing, errOr(err, "the name was found"))
	}

	traced, trace := transport.WithTrace(ctx)
	out.Explained = trace
	if out.Results.Explained, err = api.Pokemon.Get(traced, scripted); err != nil {
		fail("the call in detail", err)
	}
	return out
}

// prepare lists a kind and returns a task for each resource on the list, which stores
// it in into.
func prepare[T any](ctx context.Context, ns Namespace[T], n int, into *[]T, fail func(string, error)) []task {
	refs, err := ns.List().Collect(ctx, n)
	if err != nil {
		fail("list", err)
	}
	*into = make([]T, len(refs))
	tasks := make([]task, len(refs))
	for i, ref := range refs {
		tasks[i] = func(ctx context.Context) error {
			v, err := ns.Get(ctx, ref.Name)
			if err != nil {
				fail(ref.Name, err)
				return err
			}
			(*into)[i] = v
			return nil
		}
	}
	return tasks
}

// each runs the tasks, some of them at once, until they are done or ctx ends, and
// returns how many succeeded.
func each(ctx context.Context, tasks []task) (done int) {
	queue := make(chan task)
	results := make(chan error)
	var group sync.WaitGroup
	for range min(workers, len(tasks)) {
		group.Go(func() {
			for t := range queue {
				results <- t(ctx)
			}
		})
	}
	go func() {
		defer close(results)
		defer group.Wait()
		defer close(queue)
		for _, t := range tasks {
			select {
			case queue <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	for err := range results {
		if err == nil {
			done++
		}
	}
	return done
}

func errOr(err error, text string) error {
	if err != nil {
		return err
	}
	return errors.New(text)
}
