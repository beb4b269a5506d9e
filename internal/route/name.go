package route

// A Name is the path template that a caller sets as the route of its calls.
type Name string
