package main

import "github.com/caarlos0/env/v11"

type Berth struct {
	Host string `env:"HOST"`
	Pool int    `env:"POOL_SIZE"`
}

type Ferry struct {
	Berth Berth `envPrefix:"BERTH_"`
}

func main() {
	ferry, _ := env.ParseAs[Ferry]()
	cross(ferry)
}
