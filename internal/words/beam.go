package words

// Keys of unseen-beam, the scan on a cluster.
const (
	BeamUsage      Key = "beam-usage"
	BeamOthers     Key = "beam-others"
	BeamFormat     Key = "beam-help-format"
	BeamOutput     Key = "beam-help-output"
	BeamParts      Key = "beam-help-parts"
	BeamManifest   Key = "beam-help-manifest"
	BeamRules      Key = "beam-help-rules"
	BeamNothing    Key = "beam-nothing"
	BeamNoSource   Key = "beam-no-source"
	BeamNoFormat   Key = "beam-no-format"
	BeamNoParts    Key = "beam-no-parts"
	BeamNoOutput   Key = "beam-no-output"
	BeamThere      Key = "beam-there"
	BeamThereHint  Key = "beam-there-hint"
	BeamRule       Key = "beam-rule"
	BeamPrism      Key = "beam-prism"
	BeamDone       Key = "beam-done"
	BeamPartly     Key = "beam-partly"
	BeamUnreadable Key = "beam-unreadable"
	BeamPassed     Key = "beam-passed"
	BeamUntold     Key = "beam-untold"
)
