package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/replay/store"
)

func newDiff() *cobra.Command {
	var d differ
	cmd := &cobra.Command{
		Use: "diff OLD NEW", Short: "Say what differs between two tapes", Args: arguments,
		Long: `Say what differs between two tapes: requests that only one of them has, and for the others
the status, Content-Type, Location, the headers of --header, and the body by its meaning.
The first, second, ... response to a request is compared with the first, second, ... on the
other tape. --ignore also applies to the bodies of requests. The exit code is 1 if something
differs.`,
	}
	cmd.Flags().StringSliceVar(&d.headers, "header", nil, "further headers of the response to compare")
	cmd.Flags().StringSliceVar(&d.ignore, "ignore", nil, "JSON members and form fields that may differ")
	cmd.Flags().BoolVar(&d.asJSON, "json", false, "print JSON, one object per line")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		old, err := read(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		defer closing(old, &err)
		fresh, err := read(cmd.Context(), args[1])
		if err != nil {
			return err
		}
		defer closing(fresh, &err)
		d.out = cmd.OutOrStdout()
		return d.run(cmd.Context(), old, fresh)
	}
	return cmd
}

// differ compares two tapes.
type differ struct {
	headers, ignore []string
	asJSON          bool
	out             io.Writer
}

// A difference is what differs between two responses, or that there is one alone.
type difference struct {
	Change string        `json:"change"` // "added", "removed", "changed"
	Method string        `json:"method"`
	URL    string        `json:"url"`
	Old    int           `json:"old,omitempty"` // numbers of the exchanges
	New    int           `json:"new,omitempty"`
	Places []placeChange `json:"places,omitempty"`
	More   int           `json:"more,omitempty"`
}

// A placeChange is a place in two responses, and what each has there.
type placeChange struct {
	Place string `json:"place"`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

func (d *differ) run(ctx context.Context, old, fresh store.Store) error {
	// What is compared has IDs and requests in memory, and no bodies.
	before, _, err := d.placesOf(ctx, old)
	if err != nil {
		return err
	}
	after, order, err := d.placesOf(ctx, fresh)
	if err != nil {
		return err
	}
	found := false
	report := func(x difference) error {
		found = true
		return d.print(x)
	}
	for _, key := range order {
		if err := ctx.Err(); err != nil {
			return err
		}
		was, is := before[key], after[key]
		for i := range max(len(was), len(is)) {
			switch {
			case i >= len(was):
				err = report(difference{Change: "added", Method: is[i].method, URL: is[i].url, New: is[i].number})
			case i >= len(is):
				err = report(difference{Change: "removed", Method: was[i].method, URL: was[i].url, Old: was[i].number})
			default:
				err = d.compare(old, fresh, was[i], is[i], report)
			}
			if err != nil {
				return err
			}
		}
		delete(before, key)
	}
	var gone []place
	for _, list := range before {
		gone = append(gone, list...)
	}
	slices.SortFunc(gone, func(a, b place) int { return a.number - b.number })
	for _, p := range gone {
		if err := report(difference{Change: "removed", Method: p.method, URL: p.url, Old: p.number}); err != nil {
			return err
		}
	}
	if found {
		return errFound
	}
	return nil
}

// place is where an exchange is.
type place struct {
	id          store.ID
	number      int
	method, url string
}

// placesOf returns the exchanges of a tape by their requests, and the requests in order.
func (d *differ) placesOf(ctx context.Context, s store.Store) (map[requestKey][]place, []requestKey, error) {
	all := make(map[requestKey][]place)
	var order []requestKey
	number := 0
	for x, err := range scan(ctx, s) {
		if err != nil {
			return nil, nil, err
		}
		number++
		key := requestKeyOf(&x.Request, d.ignore)
		if all[key] == nil {
			order = append(order, key)
		}
		all[key] = append(all[key], place{x.ID, number, methodOf(x), x.Request.URL})
	}
	return all, order, nil
}

func (d *differ) compare(old, fresh store.Store, was, is place, report func(difference) error) error {
	a, err := byID(old, was.id)
	if err != nil {
		return err
	}
	b, err := byID(fresh, is.id)
	if err != nil {
		return err
	}
	var l compare.List
	if o, n := outcome(a), outcome(b); o != n {
		l.Texts("outcome", []string{o}, []string{n})
	}
	if a.Response != nil && b.Response != nil {
		for _, name := range append([]string{"Content-Type", "Location"}, d.headers...) {
			name = http.CanonicalHeaderKey(name)
			if o, n := a.Response.Header[name], b.Response.Header[name]; !slices.Equal(o, n) {
				l.Texts("header "+name, o, n)
			}
		}
		o, err := wholeBody(old, a)
		if err != nil {
			return err
		}
		n, err := wholeBody(fresh, b)
		if err != nil {
			return err
		}
		l.Bodies(plain(a.Response.Header, o), plain(b.Response.Header, n), d.ignore)
	}
	if l.Len() == 0 {
		return nil
	}
	return report(difference{Change: "changed", Method: is.method, URL: is.url, Old: was.number, New: is.number, Places: changes(l), More: l.More})
}

func changes(l compare.List) (list []placeChange) {
	for _, c := range l.Shown {
		list = append(list, placeChange{c.Place, c.Taped, c.Actual})
	}
	return list
}

func byID(s store.Store, id store.ID) (*store.Exchange, error) {
	for x, err := range s.Scan(id - 1) {
		if err != nil {
			return nil, err
		}
		if x.ID == id {
			return x, nil
		}
		break
	}
	return nil, fmt.Errorf("exchange %d is gone: the tape has changed meanwhile", id)
}

func (d *differ) print(x difference) error {
	if d.asJSON {
		return printJSON(d.out, x)
	}
	sign := map[string]string{"added": "+", "removed": "-", "changed": "~"}[x.Change]
	if _, err := fmt.Fprintf(d.out, "%s %s %s\n", sign, cleanLine(x.Method), cleanLine(x.URL)); err != nil {
		return err
	}
	for _, p := range x.Places {
		if _, err := fmt.Fprintf(d.out, "    %s: %s -> %s\n", cleanLine(p.Place), orNothing(p.Old), orNothing(p.New)); err != nil {
			return err
		}
	}
	if x.More > 0 {
		if _, err := fmt.Fprintf(d.out, "    and %d more\n", x.More); err != nil {
			return err
		}
	}
	return nil
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return cleanLine(s)
}
