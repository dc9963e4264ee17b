package main

import "os"

func dsn(beginning string) string {
	return os.Getenv(beginning+"USER") + "@" + os.Getenv(beginning+"SCHEMA")
}

func main() {
	dive(dsn("REEF_DB_"))
}
