package words

// Keys of backups.
const (
	HelpBackup        Key = "help_backup"
	HelpBackupFile    Key = "help_backup_file"
	HelpImport        Key = "help_import"
	HelpImportBackup  Key = "help_import_backup"
	BackupWritten     Key = "backup-written"
	ImportRunning     Key = "import-running"
	ImportRunningHint Key = "import-running-hint"
	ImportThere       Key = "import-there"
	ImportThereHint   Key = "import-there-hint"
	ImportDamaged     Key = "import-damaged"
	ImportDamagedHint Key = "import-damaged-hint"
	ImportDone        Key = "import-done"
)
