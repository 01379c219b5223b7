package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// bill writes a software bill of materials (CycloneDX 1.6). It has no time and no
// number of its own: the same programs give the same octets.
func bill(w io.Writer, programs []program, all []module) error {
	bom := cdx.NewBOM()
	main := programs[0]
	bom.Metadata = &cdx.Metadata{Component: &cdx.Component{
		Type: cdx.ComponentTypeApplication, BOMRef: "unseen", Name: "unseen", Version: main.version,
		Licenses: &cdx.Licenses{{License: &cdx.License{ID: "GPL-3.0-or-later"}}},
	}}
	components := []cdx.Component{{
		Type: cdx.ComponentTypeLibrary, BOMRef: "go", Name: "std", Version: strings.TrimPrefix(main.goVersion, "go"),
		PackageURL: "pkg:golang/std@" + strings.TrimPrefix(main.goVersion, "go"),
		Licenses:   &cdx.Licenses{{License: &cdx.License{ID: "BSD-3-Clause"}}},
	}}
	for _, m := range all {
		components = append(components, component(m))
	}
	bom.Components = &components
	var parts []cdx.Dependency
	for _, p := range programs {
		refs := []string{"go"}
		for _, m := range p.modules {
			refs = append(refs, purl(m))
		}
		name := filepath.Base(p.path)
		if name != "unseen" {
			components = append(components, cdx.Component{Type: cdx.ComponentTypeApplication, BOMRef: name, Name: name, Version: p.version})
		}
		parts = append(parts, cdx.Dependency{Ref: name, Dependencies: &refs})
	}
	bom.Dependencies = &parts
	if err := cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cdx.SpecVersion1_6); err != nil {
		return fmt.Errorf("writing the bill of materials: %w", err)
	}
	return nil
}

// component is a module as the bill names it.
func component(m module) cdx.Component {
	c := cdx.Component{Type: cdx.ComponentTypeLibrary, BOMRef: purl(m), Name: m.path, Version: m.version, PackageURL: purl(m)}
	// The sum is Go's own, "h1:": SHA-256 over the names and sums of all files.
	if sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(m.sum, "h1:")); err == nil && m.sum != "" {
		c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum)}}
	}
	var licences cdx.Licenses
	for _, l := range m.licences {
		licences = append(licences, cdx.LicenseChoice{License: &cdx.License{Name: l}})
	}
	c.Licenses = &licences
	return c
}

// purl names a module (package-url, type golang).
func purl(m module) string { return "pkg:golang/" + m.path + "@" + m.version }
