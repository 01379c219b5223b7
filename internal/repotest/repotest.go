// Package repotest keeps the rules of this repository by tests: which room may
// know which, what must be documented, what must never be used, how large
// things may grow. It holds no code of its own.
//
// A rule that gets in the way of better code is changed here, in the same
// commit, with the reason.
package repotest
