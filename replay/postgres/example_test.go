package postgres_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/postgres"
)

func ExampleOpen() {
	_, err := postgres.Open(context.Background(), "postgres://ash:pikachu@127.0.0.1:1/tapes", "pokeapi", postgres.Options{Timeout: 5 * time.Second})
	fmt.Println(err != nil) // no server listens there
	// Output: true
}

func ExampleNew() {
	record := func(ctx context.Context, pool *pgxpool.Pool) (*replay.Tape, error) {
		s, err := postgres.New(ctx, pool, "pokeapi", postgres.Options{})
		if err != nil {
			return nil, err
		}
		return replay.New(s, replay.Options{}) // its Close leaves the pool open
	}
	url := os.Getenv("DATABASE_URL")
	if url == "" {
		fmt.Println("no database")
		return
	}
	pool, err := pgxpool.New(context.Background(), url)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	tape, err := record(context.Background(), pool)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer tape.Close()
	// Output: no database
}
