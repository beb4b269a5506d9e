package pokeapi

import (
	"net/url"
	"strconv"
)

const (
	defaultLimit = 20
	maxLimit     = 100_000
)

// A page is the JSON of a list.
type page struct {
	Count    int     `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  []ref   `json:"results"`
}

// A ref is a link to a resource.
type ref struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// list returns the page that query asks for. As in PokéAPI, a value that is not a number or is
// negative means the default, and the limit in a link is the number of items on the page that it
// leads to.
func (c *catalog) list(base, kind string, query url.Values) page {
	count := len(c.items)
	offset := number(query.Get("offset"), 0)
	limit := min(number(query.Get("limit"), 0), maxLimit)
	if limit == 0 {
		limit = defaultLimit
	}
	link := func(from, to int) *string {
		from, to = max(0, from), min(to, count)
		if from >= to {
			return nil
		}
		s := base + kind + "?offset=" + strconv.Itoa(from) + "&limit=" + strconv.Itoa(to-from)
		return &s
	}
	from := min(offset, count)
	to := min(from+limit, count)
	p := page{Count: count, Next: link(to, to+limit), Previous: link(from-limit, from), Results: make([]ref, 0, to-from)}
	for _, it := range c.items[from:to] {
		p.Results = append(p.Results, refTo(base, kind, it.id, it.name))
	}
	return p
}

func number(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return otherwise
	}
	return n
}
