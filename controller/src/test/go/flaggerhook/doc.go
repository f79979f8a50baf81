// Package controller is Flagger's own webhook caller without the rest of its controller, whose metric providers bring
// the clients of three clouds along. Its code comes from Flagger's module at build time: see build.
package controller

import (
	// What webhook.go needs, so that go.mod keeps it.
	_ "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
	_ "github.com/fluxcd/flagger/pkg/canary"
	_ "github.com/hashicorp/go-retryablehttp"
)
