//go:build !unix

package rulefiles

// nonblock is nothing where opening a file waits for nobody.
const nonblock = 0
