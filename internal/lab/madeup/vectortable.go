package madeup

import _ "embed"

// vectorTable has a name and a snippet a line; URL and HOST stand for the
// address, \n, \t and \f for themselves. The ways are those that published
// testers of mail programs list, and those that they lack.
//
//go:embed vectors.tsv
var vectorTable string
