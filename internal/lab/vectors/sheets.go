package vectors

import "slices"

// styled makes a vector of a style sheet in a style element for each row.
func styled(group string, want Want, triples ...string) []Vector {
	all := rows(group, InHTML, want, triples...)
	for i := range all {
		all[i].Text = "<style>" + all[i].Text + "</style><p class=a>x</p>"
	}
	return all
}

func sheets() []Vector {
	return slices.Concat(styled("Style sheets", Edited,
		"css background", `body{background:url($U)}`, all,
		"css background, quoted", `body{background:url("$U")}`, all,
		"css backgrounds", `body{background:url(cid:x),url('$U')}`, browsers,
		"css background, by medium", `@media (min-width:1px){body{background:url($U)}}`, browsers,
		"css background, for print", `@media print{body{background:url($U)}}`, "browsers, when printed",
		"css @import", `@import "$U";`, all,
		"css @import url", `@import url($U);`, all,
		"css @import url, quoted", `@import url('$U') screen;`, all,
		"css @import, layer", `@import url($U) layer(a) supports(display:block);`, browsers,
		"css @import, behind a comment", `@import/*;"*/"$U";`, all,
		"css @import, escaped", `@\69mport '$U';`, all,
		"css @import, not written right", `@import $U;`, "browsers that look ahead",
		"css @import, a quote inside", `@import url(http://$H/0123456789012345678901234"567890123456789);`, "browsers that look ahead",
		"css @font-face", `@font-face{font-family:f;src:url($U)}body{font-family:f}`, browsers,
		"css @font-face, several", `@font-face{font-family:f;src:local(x),url("$U") format("woff2")}body{font-family:f}`, browsers,
		"css list-style", `.a{display:list-item;list-style:url($U)}`, all,
		"css list-style-image", `.a{display:list-item;list-style-image:url($U)}`, all,
		"css border-image", `.a{border:9px solid;border-image:url($U) 1}`, browsers,
		"css border-image-source", `.a{border:9px solid;border-image-source:url($U)}`, browsers,
		"css content", `.a::before{content:url($U)}`, all,
		"css cursor", `body{cursor:url($U),auto}`, browsers,
		"css mask", `.a{mask:url($U);-webkit-mask:url($U)}`, browsers,
		"css mask-image", `.a{mask-image:url($U)}`, browsers,
		"css mask-box-image", `.a{-webkit-mask-box-image:url($U)}`, "WebKit, Chromium",
		"css shape-outside", `.a{float:left;shape-outside:url($U)}`, browsers,
		"css filter", `.a{filter:url($U#f)}`, browsers,
		"css backdrop-filter", `.a{backdrop-filter:url($U#f)}`, browsers,
		"css clip-path", `.a{clip-path:url($U#f)}`, browsers,
		"css offset-path", `.a{offset-path:url($U#f)}`, browsers,
		"css image-set", `body{background:image-set(url($U) 1x)}`, browsers,
		"css image-set, string", `body{background:image-set("$U" 1x)}`, browsers,
		"css -webkit-image-set", `body{background:-webkit-image-set(url($U) 1x)}`, browsers,
		"css cross-fade", `body{background:-webkit-cross-fade(url($U),url($U),50%)}`, "WebKit, Chromium",
		"css image()", `body{background:image("$U")}`, "no browser yet",
		"css src()", `body{background:src("$U")}`, "no browser yet",
	), moreSheets(), rows("Style sheets", InHTML, Edited,
		"style attribute", `<div style="background:url($U)">x</div>`, all,
		"style attribute, quotes", `<div style='background:url("$U")'>x</div>`, all,
		"style attribute, character references", `<div style="background:&#117;rl&lpar;$U&rpar;">x</div>`, browsers,
		"style attribute, entity quotes", `<div style="background:url(&quot;$U&quot;)">x</div>`, all,
		"style attribute, variable", `<div style='--u:"$U";background:image-set(var(--u) 1x)'>x</div>`, browsers,
		"style attribute, behavior", `<div style="behavior:url($U)">x</div>`, old,
	), styled("Style sheets", Inert,
		"css attr()", `.a{background:attr(title url)}`, "forbidden: an address out of an attribute is none",
	), styled("Style sheets", Edited,
		"css source map", `p{}/*# sourceMappingURL=url($U) */`, "debuggers",
	))
}

func moreSheets() []Vector {
	return styled("Style sheets", Edited,
		"css -moz-binding", `.a{-moz-binding:url($U#x)}`, "Firefox before 60",
		"css behavior", `.a{behavior:url($U)}`, old,
		"css -ms-behavior", `.a{-ms-behavior:url($U)}`, "Internet Explorer 8",
		"css expression", `.a{width:expression(document.images[0].src="$U")}`, "Internet Explorer before 8",
		"css AlphaImageLoader", `.a{filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='$U',sizingMethod='scale')}`, old,
		"css ICMFilter", `.a{filter:progid:DXImageTransform.Microsoft.ICMFilter(colorSpace='$U')}`, old,
		"css variable", `:root{--u:url($U)}body{background:var(--u)}`, browsers,
		"css variable, string", `:root{--u:"$U"}body{background:image-set(var(--u) 1x)}`, browsers,
		"css @property", `@property --u{syntax:"<string>";inherits:true;initial-value:"$U"}body{background:image-set(var(--u) 1x)}`, browsers,
		"css nested", `body{& .a{background:url($U)}}`, browsers,
		"css in @layer", `@layer x{@supports (display:block){@container (min-width:0){.a{background:url($U)}}body{background:url($U)}}}`, browsers,
		"css animation", `@keyframes k{from{background-image:url($U)}to{background-image:url($U)}}.a{animation:k 9s}`, browsers,
		"css counter style", `@counter-style c{system:cyclic;symbols:url($U)}.a{display:list-item;list-style:c}`, "no browser yet",
		"css hover", `.a:hover{background:url($U)}`, "browsers, when pointed at",
		"css first-line", `.a::first-letter{background:url($U)}`, browsers,
		"css unclosed", `body{background:url($U`, browsers,
		"css unclosed string", `body{background:url("$U`, browsers,
		"css sheet in a comment of HTML", `<!-- body{background:url($U)} -->`, all,
	)
}

func escapes() []Vector {
	return styled("Escapes in style sheets", Edited,
		"css escaped url", `body{background:\75 \72 \6c($U)}`, all,
		"css escaped url, long", "body{background:\\000075\r\n\\000072\r\n\\00006c\r\n($U)}", browsers,
		"css escaped url, letters", `body{background:u\r\l($U)}`, all,
		"css escaped address", `body{background:url("\68ttp:\2f/$H/01234567890123456789012345678901234567890123456789")}`, all,
		"css escaped line end", "body{background:url(\"http://$H/0123456789\\\r\n0123456789012345678901234567890123456789\")}", all,
		"css capitals", `body{background:URL($U)}`, all,
		"css blanks", "body{background:url(\t\n $U \n)}", all,
		"css comment before", `/*"*/body{background:url($U)}`, all,
		"css comment with url", `/*url("*/body{--u:'$U';background:image-set(var(--u) 1x)}/*")*/`, browsers,
		"css backslashes", `\\\\\\{}body{background:\75rl($U)}`, browsers,
		"css protocol-relative", `body{background:url(//$H/01234567890123456789012345678901234567890123456789)}`, all,
		"css backslashes for slashes", `body{background:url("http:\\\\$H\\01234567890123456789012345678901234567890123456789")}`, browsers,
	)
}

func microsoft() []Vector {
	const word = "Outlook 2007 to 2021 for Windows"
	return rows("Conditional comments and VML", InHTML, Edited,
		"conditional comment", `<!--[if mso]><img src="$U"><![endif]-->`, word,
		"conditional comment, IE", `<!--[if gte IE 5]><img src="$U"><![endif]-->`, old,
		"conditional comment, revealed", `<![if !mso]><img src="$U"><![endif]>`, all,
		"conditional comment, both", `<!--[if !mso]><!--><img src="$U"><!--<![endif]-->`, all,
		"conditional comment, style", `<!--[if mso]><style>p{background:url($U)}</style><![endif]-->`, word,
		"conditional comment, xml", `<!--[if gte mso 9]><xml><o:x src="cid:x"></o:x></xml><v:image src="$U"/><![endif]-->`, word,
		"vml fill", `<html xmlns:v="urn:schemas-microsoft-com:vml"><body><v:rect><v:fill type=frame src="$U"></v:fill></v:rect></body></html>`, word,
		"vml image", `<!--[if mso]><v:image xmlns:v="urn:schemas-microsoft-com:vml" src="$U" style="width:9px;height:9px"/><![endif]-->`, word,
		"vml imagedata", `<!--[if mso]><v:shape><v:imagedata src="$U"/></v:shape><![endif]-->`, word,
		"vml imagedata o:href", `<!--[if mso]><v:shape><v:imagedata o:href="$U"/></v:shape><![endif]-->`, word,
		"vml stroke", `<!--[if mso]><v:rect><v:stroke src="$U"/></v:rect><![endif]-->`, word,
		"vml background", `<!--[if mso]><v:background fill=t><v:fill src="$U"/></v:background><![endif]-->`, word,
		"vml frame", `<v:vmlframe xmlns:v="urn:schemas-microsoft-com:vml" src="$U"></v:vmlframe>`, old,
		"vml althref", `<!--[if mso]><v:rect><v:fill althref="$U"/></v:rect><![endif]-->`, word,
		"vml of another prefix", `<html xmlns:w="urn:schemas-microsoft-com:vml"><body><w:rect><w:fill src="$U"></w:fill></w:rect></body></html>`, word,
		"OLE object", `<!--[if mso]><o:OLEObject src="$U"/><![endif]-->`, word,
	)
}

func drawings() []Vector {
	svg := func(inside string) string { return `<svg width=99 height=99>` + inside + `</svg>` }
	all := rows("SVG and MathML in HTML", InHTML, Edited,
		"svg image", `<image width=9 height=9 href="$U"/>`, browsers,
		"svg image xlink", `<image width=9 height=9 xlink:href="$U"/>`, browsers,
		"svg feImage", `<filter id=f><feImage href="$U"/></filter><rect width=9 height=9 filter="url(#f)"/>`, browsers,
		"svg feImage xlink", `<filter id=f><feImage xlink:href="$U"/></filter><rect width=9 height=9 filter="url(#f)"/>`, browsers,
		"svg use", `<use href="$U#a"/>`, browsers,
		"svg use xlink", `<use xlink:href="$U#a"/>`, browsers,
		"svg pattern", `<pattern id=p href="$U#a"/><rect width=9 height=9 fill="url(#p)"/>`, browsers,
		"svg linearGradient", `<linearGradient id=p xlink:href="$U#a"/><rect width=9 height=9 fill="url(#p)"/>`, browsers,
		"svg radialGradient", `<radialGradient id=p href="$U#a"/><rect width=9 height=9 fill="url(#p)"/>`, browsers,
		"svg textPath", `<text><textPath href="$U#a">x</textPath></text>`, browsers,
		"svg tref", `<text><tref xlink:href="$U#a"/></text>`, "browsers before 2015",
		"svg mpath", `<rect width=9 height=9><animateMotion dur=1s><mpath href="$U#a"/></animateMotion></rect>`, browsers,
		"svg cursor element", `<cursor id=c xlink:href="$U"/><rect width=9 height=9 cursor="url(#c)"/>`, "browsers before 2017",
		"svg filter element", `<filter id=f xlink:href="$U#a"/><rect width=9 height=9 filter="url(#f)"/>`, "browsers before 2012",
		"svg font-face-uri", `<font><font-face><font-face-src><font-face-uri xlink:href="$U"/></font-face-src></font-face></font>`, "browsers with SVG fonts",
		"svg altGlyph", `<text><altGlyph xlink:href="$U#a">x</altGlyph></text>`, "browsers with SVG fonts",
		"svg color-profile", `<color-profile name=x xlink:href="$U"/>`, "Batik",
		"svg script", `<script href="$U"></script>`, "programs with scripts; browsers load it ahead",
		"svg script xlink", `<script xlink:href="$U"></script>`, "programs with scripts",
		"svg handler", `<handler type="text/ecmascript" xlink:href="$U"/>`, "SVG Tiny 1.2",
		"svg prefetch", `<prefetch xlink:href="$U"/>`, "SVG Tiny 1.2",
		"svg animation element", `<animation xlink:href="$U"/>`, "SVG Tiny 1.2",
		"svg video", `<video xlink:href="$U"/>`, "SVG Tiny 1.2",
		"svg foreignObject xlink", `<foreignObject xlink:href="$U"/>`, "SVG Tiny 1.2",
		"svg set", `<image width=9 height=9><set attributeName=href to="$U"/></image>`, browsers,
		"svg set xlink", `<image width=9 height=9><set attributeName="xlink:href" to="$U"/></image>`, browsers,
		"svg animate", `<image width=9 height=9><animate attributeName=href values="$U;$U" dur=1s /></image>`, browsers,
		"svg animate from", `<image width=9 height=9><animate attributeName=href from="$U" to="$U" dur=1s /></image>`, browsers,
		"svg set of a mask", `<rect width=9 height=9><set attributeName=mask to="url($U#a)"/></rect>`, browsers,
		"svg mask", `<rect width=9 height=9 mask="url($U#a)"/>`, browsers,
		"svg fill", `<rect width=9 height=9 fill="url($U#a)"/>`, browsers,
		"svg stroke", `<rect width=9 height=9 stroke="url($U#a)"/>`, browsers,
		"svg filter", `<rect width=9 height=9 filter="url($U#a)"/>`, browsers,
		"svg clip-path", `<rect width=9 height=9 clip-path="url($U#a)"/>`, browsers,
		"svg marker", `<path d="M0 0L9 9" marker-start="url($U#a)"/>`, browsers,
		"svg cursor", `<rect width=9 height=9 cursor="url($U),auto"/>`, browsers,
		"svg style attribute", `<rect width=9 height=9 style="fill:url($U#a)"/>`, browsers,
		"svg style", `<style>rect{mask:url($U)}</style><rect width=9 height=9 />`, browsers,
		"svg style, character references", `<style>body{background:u&#114;l($U)}</style>`, browsers,
		"svg style, comment", `<style>body{background:u<!-- -->rl($U)}</style>`, browsers,
		"svg style, cdata", `<style>body{background:u<![CDATA[rl]]>($U)}</style>`, browsers,
		"svg style, element", `<style>body{background:u<g>x</g>rl($U)}</style>`, browsers,
		"svg foreignObject", `<foreignObject width=9 height=9><img src="$U"></foreignObject>`, browsers,
		"svg foreignObject, style", `<foreignObject width=9 height=9><style>body{background:url($U)}</style></foreignObject>`, browsers,
		"svg title", `<title><img src="$U"></title>`, browsers,
		"svg desc", `<desc><style>body{background:url($U)}</style></desc>`, browsers,
	)
	for i := range all {
		all[i].Text = svg(all[i].Text)
	}
	return slices.Concat(all, rows("SVG and MathML in HTML", InHTML, Edited,
		"math style", `<math><style>body{background:u&#114;l($U)}</style></math>`, browsers,
		"math annotation", `<math><annotation-xml encoding="text/html"><img src="$U"></annotation-xml></math>`, browsers,
	))
}
