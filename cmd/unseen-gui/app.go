//go:build gui

package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
)

// id is that of the application, and of its entry in the menus of desktops.
const id = "io.github.unseen_mail.Unseen"

// newApp makes the application of the toolkit. All that is drawn is drawn by the
// thread that owns the screen, which is what fyneDo says.
func newApp() fyne.App {
	app.SetMetadata(fyne.AppMetadata{ID: id, Name: "Unseen", Migrations: map[string]bool{"fyneDo": true}})
	return app.NewWithID(id)
}
