package ranked

import (
	"math/rand/v2"
	"slices"
	"testing"
)

type item struct {
	links Links[*item]
	id    int
}

func (i *item) Links() *Links[*item] { return &i.links }

// forwards and backwards walk the list by its links.
func forwards(l *List[*item]) (ids []int) {
	for e := l.First(); e != nil; e = e.links.Next() {
		ids = append(ids, e.id)
	}
	return ids
}

func backwards(l *List[*item]) (ids []int) {
	for e := l.Last(); e != nil; e = e.links.Prev() {
		ids = append(ids, e.id)
	}
	return ids
}

func TestInsertKeepsRanksAndArrival(t *testing.T) {
	var l List[*item]
	for id, rank := range []int64{3, 1, 3, 2, 1} {
		l.Insert(&item{Links[*item]{Rank: rank}, id})
	}
	if got, want := forwards(&l), []int{1, 4, 3, 0, 2}; !slices.Equal(got, want) {
		t.Errorf("order is %v, want %v", got, want)
	}
}

func TestPushIgnoresRank(t *testing.T) {
	var l List[*item]
	l.PushBack(&item{Links[*item]{Rank: 9}, 0})
	l.PushBack(&item{Links[*item]{Rank: 1}, 1})
	l.PushFront(&item{Links[*item]{Rank: 5}, 2})
	if got, want := forwards(&l), []int{2, 0, 1}; !slices.Equal(got, want) {
		t.Errorf("order is %v, want %v", got, want)
	}
}

// The list is compared with a slice that is sorted again at each step.
func TestAgainstASlice(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var l List[*item]
	var want []*item
	for step := range 3_000 {
		if len(want) > 0 && random.IntN(3) == 0 {
			i := random.IntN(len(want))
			l.Remove(want[i])
			if e := want[i]; e.links.Next() != nil || e.links.Prev() != nil {
				t.Fatalf("step %d: a removed element has neighbors", step)
			}
			want = slices.Delete(want, i, i+1)
		} else {
			e := &item{Links[*item]{Rank: random.Int64N(8)}, step}
			l.Insert(e)
			want = append(want, e)
			slices.SortStableFunc(want, func(a, b *item) int { return int(a.links.Rank - b.links.Rank) })
		}
		ids := make([]int, len(want))
		for i, e := range want {
			ids[i] = e.id
		}
		if l.Len() != len(want) || !slices.Equal(forwards(&l), ids) {
			t.Fatalf("step %d: list is %v (%d), want %v", step, forwards(&l), l.Len(), ids)
		}
		slices.Reverse(ids)
		if !slices.Equal(backwards(&l), ids) {
			t.Fatalf("step %d: backwards it is %v, want %v", step, backwards(&l), ids)
		}
	}
}

func TestQueueingAllocatesNothing(t *testing.T) {
	var l List[*item]
	a, b := new(item), new(item)
	if n := testing.AllocsPerRun(100, func() {
		l.Insert(a)
		l.PushFront(b)
		l.Remove(a)
		l.Remove(b)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
