package store

import (
	"context"
	"errors"
)

// Limits of one batch of Copy.
const (
	copyCount = 256
	copyBytes = 4 << 20
)

var errNotEmpty = errors.New("replay: copy tape: the target has recordings")

// Copy copies every exchange of src to dst, which must be empty, and returns how many it copied.
// It copies IDs, keys and bodies, a batch at a time, and the recipe if both keep one. It masks
// nothing, since src is masked already. A long body is copied in parts if both are a [PartStore],
// else whole, in memory. Copy ends with an error of src or dst, or with that of ctx. What was
// copied by then stays.
func Copy(ctx context.Context, dst, src Store) (n int, err error) {
	for _, err := range dst.Scan(0) {
		if err == nil {
			err = errNotEmpty
		}
		return 0, err
	}
	recipe, err := recipeOf(src)
	if err != nil {
		return 0, err
	}
	// Set the recipe before the exchanges: each is appended with its key, and none needs another.
	if err := setRecipe(dst, recipe); err != nil {
		return 0, err
	}
	var batch []Entry
	var bytes int
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := dst.Append(batch)
		if err == nil {
			n += len(batch)
			batch, bytes = nil, 0
		}
		return err
	}
	for x, err := range src.Scan(0) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			x, err = copyBody(ctx, dst, src, x)
		}
		if err != nil {
			err = errors.Join(flush(), err) // flush first, since it changes n
			return n, err
		}
		batch = append(batch, Entry{Exchange: x})
		bytes += len(x.Request.Body)
		if x.Response != nil {
			bytes += len(x.Response.Body)
		}
		if len(batch) == copyCount || bytes >= copyBytes {
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	err = flush()
	return n, err
}

func recipeOf(s Store) (string, error) {
	if r, ok := s.(interface{ Recipe() (string, error) }); ok {
		return r.Recipe()
	}
	return "", nil
}

func setRecipe(s Store, recipe string) error {
	switch s := s.(type) {
	case IndexStore:
		return s.Reindex(recipe, func(x *Exchange) Key { return x.Key })
	case RecipeStore:
		return s.SetRecipe(recipe)
	}
	return nil
}

// copyBody copies the parts of the body of x, if it is in parts. It returns the exchange to append.
func copyBody(ctx context.Context, dst, src Store, x *Exchange) (*Exchange, error) {
	if x.MissingBody() == 0 {
		return x, nil
	}
	to, ok := dst.(PartStore)
	if !ok {
		return WithBody(src, x)
	}
	return x, eachPart(src, x, func(number int, data []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return to.AppendParts([]Part{{ID: x.ID, Number: number, Data: data}})
	})
}
