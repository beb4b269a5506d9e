package route

// A Name is the path template that a caller gave the route of its calls.
type Name string
