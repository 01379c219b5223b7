// Package peers measures libraries of others at what ours do, on the same mail. It is a
// module of its own, so that none of them is among those that Unseen is made with.
package peers
