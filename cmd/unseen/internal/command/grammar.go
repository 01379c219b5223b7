package command

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/unseen-mail/unseen/internal/words"
	"github.com/unseen-mail/unseen/rules/purpose"
)

// The grammar of the command line. Help texts come from package words.
type grammar struct {
	Run      runCommand      `cmd:"" help:"${help_run}"`
	Demo     demoCommand     `cmd:"" help:"${help_demo}"`
	Setup    setupCommand    `cmd:"" help:"${help_setup}"`
	Leave    leaveCommand    `cmd:"" help:"${help_leave}"`
	Account  accountCommand  `cmd:"" help:"${help_account}"`
	Ca       caCommand       `cmd:"" name:"ca" help:"${help_local_ca}"`
	Proxy    proxyCommand    `cmd:"" help:"${help_proxy}"`
	Consent  consentCommand  `cmd:"" help:"${help_consent}"`
	Forget   forgetCommand   `cmd:"" help:"${help_forget}"`
	Pictures picturesCommand `cmd:"" help:"${help_pictures}"`
	Level    levelCommand    `cmd:"" help:"${help_level}"`
	Receipt  receiptCommand  `cmd:"" help:"${help_receipt}"`
	Pause    pauseCommand    `cmd:"" help:"${help_pause}"`
	Suspend  suspendCommand  `cmd:"" help:"${help_suspend}"`
	Resume   resumeCommand   `cmd:"" help:"${help_resume}"`
	Scan     scanCommand     `cmd:"" help:"${help_scan}"`
	Explain  explainCommand  `cmd:"" help:"${help_explain}"`
	Clean    cleanCommand    `cmd:"" help:"${help_clean}"`
	Twin     twinCommand     `cmd:"" help:"${help_twin}"`
	Evidence evidenceCommand `cmd:"" help:"${help_evidence}"`
	Study    studyCommand    `cmd:"" help:"${help_study}"`
	Rules    rulesCommand    `cmd:"" help:"${help_rules}"`
	Cname    cnameCommand    `cmd:"" help:"${help_cname}"`
	Rebuild  rebuildCommand  `cmd:"" help:"${help_rebuild}"`
	Open     openCommand     `cmd:"" help:"${help_open}"`
	Tray     trayCommand     `cmd:"" help:"${help_tray}"`
	Status   statusCommand   `cmd:"" help:"${help_status}"`
	AddOn    addOnCommand    `cmd:"" name:"addon" help:"${help_addon}"`
	Native   nativeCommand   `cmd:"" name:"native-messaging" help:"${help_native_messaging}"`
	Backup   backupCommand   `cmd:"" help:"${help_backup}"`
	Import   importCommand   `cmd:"" help:"${help_import}"`
	Service  serviceCommand  `cmd:"" help:"${help_service}"`
	Doctor   doctorCommand   `cmd:"" help:"${help_doctor}"`

	Completion completionCommand `cmd:"" help:"${help_completion}"`
	Man        manualCommand     `cmd:"" hidden:"" help:"${help_manual}"`
	PAC        pacEvaluate       `cmd:"" hidden:"" name:"pac-evaluate"`

	Version versionFlag `help:"${help_version}"`
}

type runCommand struct {
	PrintConfig bool `help:"${help_print_config}"`
}

type demoCommand struct {
	Once bool `help:"${help_once}"`
}

type accountCommand struct {
	Check    accountCheck    `cmd:"" help:"${help_account_check}"`
	Add      accountAdd      `cmd:"" help:"${help_account_add}"`
	List     accountList     `cmd:"" help:"${help_account_list}"`
	Test     accountTest     `cmd:"" help:"${help_account_test}"`
	Password accountPassword `cmd:"" help:"${help_account_password}"`
	Login    accountLogin    `cmd:"" help:"${help_account_login}"`
	Logout   accountLogout   `cmd:"" help:"${help_account_logout}"`
	Watch    accountWatch    `cmd:"" help:"${help_account_watch}"`
	Confirm  accountConfirm  `cmd:"" help:"${help_account_confirm}"`
	Signed   accountSigned   `cmd:"" help:"${help_account_signed}"`
	Remove   accountRemove   `cmd:"" help:"${help_account_remove}"`
}

type accountAdd struct {
	Address string `arg:"" help:"${help_address}"`
	Imap    string `placeholder:"HOST:PORT" help:"${help_imap}"`
	TLS     string `placeholder:"HOW" help:"${help_tls}"`
	SMTP    string `placeholder:"HOST:PORT" help:"${help_smtp}"`
	SMTPTLS string `name:"smtp-tls" placeholder:"HOW" help:"${help_smtp_tls}"`
	NoSMTP  bool   `name:"no-smtp" help:"${help_no_smtp}"`
	CA      string `name:"ca" type:"path" placeholder:"FILE" help:"${help_ca}"`
	Name    string `help:"${help_name}"`
	NoCheck bool   `help:"${help_no_check}"`
	Yes     bool   `short:"y" help:"${help_foreign_yes}"`
	asked
}

type accountList struct{}

type accountTest struct {
	Address  string `arg:"" help:"${help_address}" predictor:"account"`
	Login    string `help:"${help_login}"`
	Password bool   `help:"${help_with_password}"`
}

type accountRemove struct {
	Address string `arg:"" help:"${help_address}" predictor:"account"`
}

type consentCommand struct {
	List      consentList      `cmd:"" help:"${help_consent_list}"`
	Ask       consentAsk       `cmd:"" help:"${help_consent_ask}"`
	Grant     consentGrant     `cmd:"" help:"${help_consent_grant}"`
	Refuse    consentRefuse    `cmd:"" help:"${help_consent_refuse}"`
	Withdraw  consentWithdraw  `cmd:"" help:"${help_consent_withdraw}"`
	History   consentHistory   `cmd:"" help:"${help_consent_history}"`
	Statement consentStatement `cmd:"" help:"${help_consent_statement}"`
	Export    consentExport    `cmd:"" help:"${help_consent_export}"`
	Import    consentImport    `cmd:"" help:"${help_consent_import}"`
	Verify    consentVerify    `cmd:"" help:"${help_consent_verify}"`
}

type consentList struct{}

type consentAsk struct {
	Sender     string `arg:"" optional:"" help:"${help_ask_sender}" predictor:"sender"`
	Address    string `placeholder:"ADDRESS" help:"${help_for_address}" predictor:"account"`
	OneAddress bool   `help:"${help_one_address}"`
	More       bool   `help:"${help_ask_more}"`
	Asked      bool   `help:"${help_ask_asked}"`
}

type consentHistory struct {
	Sender  string `arg:"" optional:"" help:"${help_history_sender}" predictor:"sender"`
	Notices bool   `help:"${help_notices}"`
	Format  string `enum:"text,json" default:"text" help:"${help_status_format}"`
}

type consentExport struct {
	Format string `enum:"jsonld,csv" default:"jsonld" help:"${help_export_format}"`
	Output string `short:"o" type:"path" placeholder:"FILE" help:"${help_export_output}"`
}

type consentImport struct {
	File string `arg:"" type:"path" help:"${help_import_file}"`
}

type consentStatement struct {
	Sender       string   `arg:"" optional:"" help:"${help_statement_sender}" predictor:"sender"`
	Answer       string   `placeholder:"ANSWER" help:"${help_statement_answer}"`
	Address      string   `placeholder:"ADDRESS" help:"${help_for_address}" predictor:"account"`
	On           string   `placeholder:"DATE" help:"${help_statement_on}"`
	Way          string   `placeholder:"WAY" help:"${help_statement_way}"`
	Where        string   `help:"${help_statement_where}"`
	By           string   `help:"${help_statement_by}"`
	Purpose      []string `short:"p" placeholder:"PURPOSE" help:"${help_statement_purpose}"`
	AddressGiven string   `placeholder:"DATE" help:"${help_statement_given}"`
	Told         string   `placeholder:"DATE" help:"${help_statement_told}"`
	Note         string   `help:"${help_statement_note}"`
}

type forgetCommand struct {
	Sender string `arg:"" help:"${help_forget_sender}" predictor:"sender"`
	Yes    bool   `short:"y" help:"${help_forget_yes}"`
}

// choice is what grant, refuse and withdraw have in common.
type choice struct {
	Sender  string   `arg:"" help:"${help_sender}" predictor:"sender"`
	Purpose []string `short:"p" placeholder:"PURPOSE" help:"${help_purpose}" predictor:"purpose"`
	All     bool     `help:"${help_all_purposes}"`
	Address string   `placeholder:"ADDRESS" help:"${help_for_address}" predictor:"account"`

	OneAddress bool `help:"${help_one_address}"`
}

// Help lists the purposes as a table: indented lines are printed as they are.
func (choice) Help() string {
	text := words.English().Say(words.HelpPurposes) + "\n\n"
	for _, p := range purpose.All() {
		if !p.Grantable {
			continue
		}
		name := string(p.ID)
		for _, line := range wrapped(p.Title+". "+p.Sentence, 60) {
			text += fmt.Sprintf("  %-16s %s\n", name, line)
			name = ""
		}
	}
	return text
}

// wrapped breaks a text into lines.
func wrapped(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last >= 0 && len(lines[last])+1+len(word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}

type consentGrant struct {
	choice `embed:""`
	Until  string `placeholder:"DATE" help:"${help_until}"`
	Yes    bool   `short:"y" help:"${help_grant_yes}"`
}

type consentRefuse struct {
	choice `embed:""`
}

type consentWithdraw struct {
	choice `embed:""`
	Letter bool `help:"${help_letter}"`
}

type consentVerify struct {
	Against string `placeholder:"HEAD" help:"${help_against}"`
}

type cleanCommand struct {
	Gateway bool   `help:"${help_clean_gateway}"`
	Account string `placeholder:"ADDRESS" help:"${help_clean_account}"`
	HTML    bool   `name:"html" help:"${help_clean_html}"`
	Charset string `placeholder:"NAME" default:"utf-8" help:"${help_clean_charset}"`
	Watch   string `type:"path" placeholder:"DIR" help:"${help_clean_watch}"`
}

type statusCommand struct {
	Follow bool   `short:"f" help:"${help_follow}"`
	Format string `enum:"text,json" default:"text" help:"${help_status_format}"`
}

// versionFlag prints the version and ends.
type versionFlag bool

// BeforeReset makes the flag act before anything else is asked for.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, "unseen", version())
	app.Exit(exitDone)
	return nil
}
