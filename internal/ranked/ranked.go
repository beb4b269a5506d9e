// Package ranked has the intrusive list that queues of waiting requests are made of. An element has
// its own links, so queueing allocates nothing, and leaving the queue from the middle takes
// constant time.
package ranked

// Links is the part of an element that a [List] uses. An element is in at most one list at a time.
type Links[E any] struct {
	// Rank decides where [List.Insert] puts the element: a lower rank is nearer to the front. It
	// must not change while the element is in a list that is ordered by rank.
	Rank       int64
	prev, next E
}

// Next returns the element behind, or the zero E at the end.
func (l *Links[E]) Next() E { return l.next }

// Prev returns the element in front, or the zero E at the beginning.
func (l *Links[E]) Prev() E { return l.prev }

// An Element is a pointer to a struct that contains its [Links].
type Element[E any] interface {
	comparable
	Links() *Links[E]
}

// A List is a doubly linked list of elements. The zero List is empty. Neither it nor the Links of
// its elements are safe for concurrent use.
type List[E Element[E]] struct {
	first, last E
	n           int
}

// First returns the element in front, or the zero E if the list is empty.
func (l *List[E]) First() E { return l.first }

// Last returns the element at the end, or the zero E if the list is empty.
func (l *List[E]) Last() E { return l.last }

// Len returns the number of elements.
func (l *List[E]) Len() int { return l.n }

// Insert puts e behind every element whose rank is not above its own. It searches from the end, so
// it takes constant time if elements arrive in the order of their ranks.
func (l *List[E]) Insert(e E) {
	var none E
	rank := e.Links().Rank
	after := l.last
	for after != none && after.Links().Rank > rank {
		after = after.Links().prev
	}
	l.insertAfter(e, after)
}

// PushBack puts e at the end, whatever its rank.
func (l *List[E]) PushBack(e E) { l.insertAfter(e, l.last) }

// PushFront puts e in front, whatever its rank.
func (l *List[E]) PushFront(e E) {
	var none E
	l.insertAfter(e, none)
}

// insertAfter puts e behind after, or in front if after is the zero E.
func (l *List[E]) insertAfter(e, after E) {
	var none E
	links := e.Links()
	links.prev, links.next = after, l.first
	if after != none {
		links.next = after.Links().next
		after.Links().next = e
	} else {
		l.first = e
	}
	if links.next != none {
		links.next.Links().prev = e
	} else {
		l.last = e
	}
	l.n++
}

// Remove removes e from the list. e must be in this list.
func (l *List[E]) Remove(e E) {
	var none E
	links := e.Links()
	if links.prev != none {
		links.prev.Links().next = links.next
	} else {
		l.first = links.next
	}
	if links.next != none {
		links.next.Links().prev = links.prev
	} else {
		l.last = links.prev
	}
	links.prev, links.next = none, none
	l.n--
}
