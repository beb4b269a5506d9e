//go:build !unix

package main

import "time"

// processor returns 0, since processor time is not known here.
func processor() time.Duration { return 0 }
