package command

import "github.com/unseen-mail/unseen/internal/daemon"

// pacEvaluate is the process in which a file of proxy configuration, which somebody else
// wrote, is evaluated. It is started by "unseen run" and not by people.
type pacEvaluate struct{}

// Run answers one question.
func (pacEvaluate) Run(s *session) error { return daemon.EvaluatePAC(s.In, s.Out) }
