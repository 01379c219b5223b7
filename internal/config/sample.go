package config

import _ "embed"

//go:embed sample.toml
var sample string

// Sample returns a commented config.toml in which every key has its default
// and is commented out.
func Sample() string { return sample }
