package imapfilter

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unseen-mail/unseen/internal/lab"
)

// A covered is one thing that the protocol has, what the relay does with it, and by
// which tests that is shown.
type covered struct{ what, source, does, tests string }

// protocol is docs/protocol.md.
var protocol = []covered{
	{"whole messages: BODY[], RFC822, RFC822.PEEK", "RFC 3501, 6.4.5", "planned as they stream", "TestWhole TestMemory"},
	{"sections and RFC822.TEXT", "RFC 3501, 6.4.5", "served from the message's plan", "TestPieces TestDovecotRandom TestRealign"},
	{"partial fetches", "RFC 3501, 6.4.5", "the same, at any offset", "TestPieces TestChunks TestLargePiece"},
	{"beginnings, for previews", "", "planned from a prefix; nothing more is fetched where nothing is edited", "TestPrefix TestPrefixOddly TestPrefixIsConsistent TestEarly TestRecentBeginning"},
	{"ranges of messages", "RFC 3501, 9", "in batches of 50, answered as they are planned", "TestInjectBatches TestInjectNarrowedBatches"},
	{"BINARY[], in the decoded domain", "RFC 3516, 4.3", "served from the same plan", "TestBinary TestBinaryUnplanned TestDecodedEdits FuzzEditsBetween"},
	{"BINARY[] of a part with parts", "RFC 3516, 4.3", "each leaf decoded by itself", "TestBinaryOfParts TestComposed"},
	{"quoted strings, literal8, NIL as content", "RFC 3501, 4.3; RFC 3516, 4.2", "as literals are", "TestQuoted TestBinary"},
	{"content that nobody asked for", "RFC 3501, 7", "planned by itself", "TestUnsolicitedContent TestInjectUnsolicited"},
	{"sizes, structures, envelopes, previews, MODSEQ, labels", "", "octet for octet", "TestVerbatim"},
	{"injected commands of the same kind", "RFC 3501, 7.4.1", "FETCH for FETCH, UID FETCH for UID FETCH", "TestInjectKind TestDovecotExpunge TestInjectDrains TestInjectRefused TestInjectProgress"},
	{"EXPUNGE and numbers", "RFC 3501, 7.4.1", "numbers move with the mailbox", "TestSequence TestSeqMap FuzzSeqMap"},
	{"VANISHED", "RFC 7162, 3.2.10", "numbers are learnt anew", "TestSequence TestSelectQRESYNC TestVerbatim"},
	{"CONDSTORE, QRESYNC", "RFC 7162", "narrowed fetches are narrowed once; SELECT with what is known", "TestInjectNarrowed TestInjectNarrowedBatches TestSelectQRESYNC TestSelect"},
	{"UIDONLY and UIDFETCH", "RFC 9586", "the number is the UID", "TestInjectUIDOnly TestVerbatim"},
	{"PARTIAL", "RFC 9394", "narrowed once", "TestInjectNarrowed"},
	{"ESEARCH, SORT, THREAD, CONTEXT", "RFC 4731; RFC 5256", "octet for octet", "TestVerbatim"},
	{"SEARCHRES", "RFC 5182", "$ is asked of the server; the relay never searches", "TestSavedSearch"},
	{"OBJECTID: EMAILID", "RFC 8474", "the key of plans in all mailboxes", "TestObjectElsewhere TestObjectOfWhole TestObjectWanted TestObjectOddly TestObjectName FuzzAskObject"},
	{"X-GM-EXT-1: X-GM-MSGID", "Gmail", "the same", "TestObjectElsewhere"},
	{"UIDPLUS: COPYUID; MOVE", "RFC 4315; RFC 6851", "tells where the plan holds as well", "TestCopyUID TestCopyUIDPanic TestDovecotCopyAndMove"},
	{"NOTIFY with content", "RFC 5465", "new messages come whole, for the relay; decoded ones are refused", "TestNotify TestWithWhole FuzzWithWhole"},
	{"IDLE", "RFC 2177", "nothing is injected meanwhile", "TestIdle TestIdleThenLiteral TestIdleMemory"},
	{"APPEND", "RFC 3501, 6.3.11", "messages get their octets back", "TestAppendKnown TestAppendSync TestAppendStreams TestAppendOtherPlan TestAppendChanged TestAppendForms TestAppendPanic"},
	{"MULTIAPPEND", "RFC 3502", "each message", "TestAppendForms TestMultiAppendSync TestMultiAppendRefused"},
	{"CATENATE", "RFC 4469", "texts that follow each other are one", "TestAppendForms TestAppendForm"},
	{"REPLACE", "RFC 8508", "as APPEND", "TestReplace"},
	{"UTF8=ACCEPT, UTF8 (~{n}", "RFC 6855, 4", "as APPEND; ENABLE passes", "TestAppendForms TestVerbatim TestDovecotMutt"},
	{"LITERAL+, LITERAL-", "RFC 7888", "granted here, announced as the server takes them", "TestClientLiterals TestOwnLiteral TestHugeAnnounced"},
	{"pipelining", "RFC 3501, 5.5", "as it comes, up to a bound", "TestPipelining TestPipeliningBound"},
	{"AUTHENTICATE, SASL-IR", "RFC 3501, 6.2.2; RFC 4959", "lines are not commands until it is completed", "TestAuthenticate"},
	{"channel binding: SCRAM-*-PLUS, and SCRAM beside it", "RFC 5802, 6", "not offered; plain SCRAM only where a program would not take its lack for a downgrade", "TestCapabilityRewrite TestLocalTLS TestRefused"},
	{"EXTERNAL, GSSAPI, GS2, DIGEST-MD5, NTLM", "", "not offered, and refused", "TestCapabilityRewrite TestRefused"},
	{"STARTTLS", "RFC 3501, 6.2.1", "ours; what came before the handshake is refused", "TestLocalTLS TestLocalInjection TestCutSTARTTLS"},
	{"PREAUTH", "RFC 3501, 7.1.4", "believed under TLS from the first octet only", "TestConnect"},
	{"referrals", "RFC 2193; RFC 2221", "not offered; the code is taken out of answers", "TestCapabilityRewrite TestCapabilityLines"},
	{"COMPRESS=DEFLATE", "RFC 4978", "not offered, and refused: see benchmarks.md", "TestCapabilityRewrite TestRefused"},
	{"URLAUTH, CONVERT, JMAPACCESS", "RFC 4467; RFC 5259; RFC 9698", "not offered, and refused", "TestCapabilityRewrite TestRefused"},
	{"unknown commands, answers and items", "", "octet for octet", "TestVerbatim FuzzRelay FuzzAlike"},
	{"message/partial", "RFC 2046, 5.2.2", "told as a gap; what is readable in it is read where it is whole", "TestPartial"},
	{"syntax that can be read in two ways", "", "the connection ends, nothing is guessed", "TestGarbage TestNonsense"},
	{"a server or a mail program that leaves", "", "no octet is made up, nothing hangs", "TestCutEverywhere TestCutAnywhere TestClientLeaves TestServerLeaves TestServerLeavesInLiteral TestSlowClient TestNetworkGone"},
	{"recorded conversations of twenty set-ups", "", "the same answers", "TestTranscripts"},
}

const protocolHead = `# The protocol

What the relay does with each thing that IMAP has, and by which tests of imapfilter
that is shown. A test writes this file, and fails where it is not true:
` + "`UNSEEN_UPDATE=1 go test -run Protocol ./imapfilter`" + `.

| what | source | the relay | tests |
|---|---|---|---|
`

// TestProtocol checks that docs/protocol.md is what the table says, and that each test
// named there is one.
func TestProtocol(t *testing.T) {
	var names []string
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(string(raw), -1) {
			names = append(names, m[1])
		}
	}
	text := protocolHead
	for _, row := range protocol {
		tests := strings.Fields(row.tests)
		for _, name := range tests {
			if !slices.Contains(names, name) {
				t.Errorf("%s: there is no %s", row.what, name)
			}
		}
		text += fmt.Sprintf("| %s | %s | %s | %s |\n", row.what, row.source, row.does, strings.Join(tests, ", "))
	}
	file := filepath.Join(lab.Root(t), "docs", "protocol.md")
	if os.Getenv("UNSEEN_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != text {
		t.Error("docs/protocol.md is out of date: UNSEEN_UPDATE=1 go test -run Protocol ./imapfilter writes it")
	}
}
