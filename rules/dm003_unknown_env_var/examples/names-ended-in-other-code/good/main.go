package main

import (
	"fmt"
	"os"
)

func secret(key string) string {
	if path := os.Getenv(key + "_FILE"); path != "" {
		text, _ := os.ReadFile(path)
		return string(text)
	}
	return os.Getenv(fmt.Sprintf("%s_PATH", key))
}

func main() {
	fmt.Println(os.Getenv("REDIS_HOST"), secret("REDIS_PASSWORD"), secret("REDIS_USER"))
}
