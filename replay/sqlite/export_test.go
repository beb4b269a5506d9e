package sqlite

import "database/sql"

// Create makes the tables in a file, as Open does if it finds none.
func Create(db *sql.DB, path string) error {
	s := newStore(db, path)
	s.owns = true
	return s.create()
}
