package vectors

import "slices"

// all is what every program with HTML does.
const (
	all      = "all programs that show HTML"
	browsers = "browsers and Thunderbird"
	old      = "Internet Explorer, Outlook before 2007, older browsers"
)

func pictures() []Vector {
	return rows("Pictures", InHTML, Edited,
		"img src", `<img src="$U">`, all,
		"img src, one pixel", `<img src="$U" width=1 height=1 alt="">`, all,
		"img src, hidden", `<img src="$U" style="display:none">`, all,
		"img src, without quotes", `<img src=$U>`, all,
		"img src, lazy", `<img loading=lazy src="$U">`, browsers,
		"img src twice", `<img src="cid:x" src="$U">`, "programs that take the last of two attributes",
		"image src", `<image src="$U">`, browsers,
		"img srcset", `<img src="cid:x" srcset="$U 1x">`, browsers,
		"img srcset, several", `<img srcset="cid:x 2x, $U 1x" sizes=100vw>`, browsers,
		"img srcset, leading commas", `<img srcset=",,,$U,cid:x 2x">`, browsers,
		"img srcset, character references", `<img srcset="$U&#32;1x&comma;cid:x 3x">`, browsers,
		"picture source", `<picture><source srcset="$U"><img src="cid:x"></picture>`, browsers,
		"picture source, by width", `<picture><source media="(min-width:1px)" srcset="$U 1x"><img></picture>`, browsers,
		"input image", `<input type=image src="$U">`, browsers,
		"img dynsrc", `<img dynsrc="$U">`, old,
		"img lowsrc", `<img src="cid:x" lowsrc="$U">`, old+", Netscape",
		"input dynsrc", `<input type=image dynsrc="$U">`, old,
		"body background", `<!DOCTYPE html><html><body background="$U">x</body></html>`, all,
		"table background", `<table background="$U"><tr><td>x</table>`, all,
		"td background", `<table><tr><td background="$U">x</table>`, all,
		"tr background", `<table><tr background="$U"><td>x</table>`, browsers,
		"div background", `<div background="$U">x</div>`, "programs that know the attribute on any element",
		"video poster", `<video poster="$U" width=9 height=9></video>`, browsers,
		"menuitem icon", `<menu type=context><menuitem label=x icon="$U"></menu>`, "Firefox before 85",
		"img attributionsrc", `<img attributionsrc="$U" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, "Chromium, told when the picture loads",
		"math mglyph", `<math><mglyph src="$U" alt=x></mglyph></math>`, "renderers of MathML 3",
	)
}

func media() []Vector {
	return rows("Sound and moving pictures", InHTML, Edited,
		"video src", `<video src="$U" preload=auto></video>`, browsers,
		"video autoplay", `<video src="$U" autoplay muted></video>`, browsers,
		"video source", `<video preload=auto><source src="$U"></video>`, browsers,
		"video source, mp4", `<video preload=auto><source src="$U" type="video/mp4"></video>`, browsers,
		"video source, webm", `<video preload=auto><source src="$U" type="video/webm"></video>`, browsers,
		"video source, ogg", `<video preload=auto><source src="$U" type="video/ogg"></video>`, browsers,
		"video track", `<video preload=auto src="data:video/mp4,x"><track default src="$U"></video>`, browsers,
		"audio src", `<audio src="$U" preload=auto></audio>`, browsers,
		"audio source", `<audio preload=auto><source src="$U"></audio>`, browsers,
		"bgsound", `<bgsound src="$U">`, old,
		"model source", `<model src="$U"></model>`, "WebKit on visionOS",
	)
}

func frames() []Vector {
	return slices.Concat(rows("Frames, objects, plug-ins", InHTML, Inert,
		"script in script", `<sc<script></script>ript src="$U"></script>`, "cleaners that take out a tag once",
	), rows("Frames, objects, plug-ins", InHTML, Edited,
		"iframe src", `<iframe src="$U"></iframe>`, browsers,
		"iframe srcdoc", `<iframe srcdoc="<img src='$U'>"></iframe>`, browsers,
		"iframe srcdoc, character references", `<iframe srcdoc="&lt;img src=&quot;$U&quot;>"></iframe>`, browsers,
		"iframe srcdoc in srcdoc", `<iframe srcdoc="<iframe srcdoc='<img src=$U>'></iframe>"></iframe>`, browsers,
		"iframe of data", `<iframe src="data:text/html,<img src=$U>"></iframe>`, browsers,
		"iframe of data, base64", `<iframe src="data:text/html;base64,{base64|<img src=$U>|}"></iframe>`, browsers,
		"iframe of data, refresh", `<iframe src="data:text/html,<meta http-equiv=refresh content='0;url=$U'>"></iframe>`, browsers,
		"iframe view-source", `<iframe src="view-source:$U"></iframe>`, "Firefox before 3",
		"frame src", `<html><frameset><frame src="$U"></frameset></html>`, browsers,
		"frameset, frame of data", `<html><frameset><frame src="data:text/html,<img src=$U>"></frameset></html>`, browsers,
		"object data", `<object data="$U"></object>`, browsers,
		"object data, with a type", `<object data="$U" type="image/png"></object>`, browsers,
		"object data, of data", `<object data="data:text/html,<img src=$U>"></object>`, browsers,
		"object codebase", `<object codebase="$U" classid="clsid:0"></object>`, old,
		"object classid", `<object classid="$U"></object>`, old,
		"object archive", `<object archive="$U" classid="java:x"></object>`, "browsers with Java",
		"object param", `<object type="application/x-shockwave-flash"><param name=movie value="$U"></object>`, "browsers with Flash",
		"object param src", `<object type="text/html"><param name=src value="$U"></object>`, old,
		"embed src", `<embed src="$U">`, browsers,
		"embed src, with a type", `<embed src="$U" type="image/svg+xml">`, browsers,
		"embed code", `<embed code="$U" type="application/x-java-applet">`, "browsers with Java",
		"applet code", `<applet code="$U"></applet>`, "browsers with Java",
		"applet codebase", `<applet codebase="$U" code=x.class></applet>`, "browsers with Java",
		"applet archive", `<applet archive="$U" code=x.class></applet>`, "browsers with Java",
		"portal", `<portal src="$U"></portal>`, "Chromium, tried out in 2019",
		"fencedframe", `<fencedframe src="$U"></fencedframe>`, "Chromium",
		"layer", `<layer src="$U"></layer>`, "Netscape 4",
		"ilayer", `<ilayer src="$U"></ilayer>`, "Netscape 4",
		"xml data island", `<xml src="$U"></xml>`, old,
		"script src", `<script src="$U"></script>`, "programs with scripts; browsers load it ahead",
	))
}

func links() []Vector {
	const hint = "browsers: a hint to ask ahead"
	var all []Vector
	for _, rel := range []string{"preload", "modulepreload", "prefetch", "prerender", "preconnect", "dns-prefetch", "next", "subresource", "preloadx"} {
		all = append(all, rows("Link elements", InHTML, Edited, "link "+rel, `<link rel="`+rel+`" as=image href="$U">`, hint)...)
	}
	for _, rel := range []string{"icon", "shortcut icon", "apple-touch-icon", "apple-touch-icon-precomposed", "apple-touch-startup-image", "mask-icon",
		"fluid-icon", "image_src", "manifest", "import", "pingback", "serviceworker", "alternate", "search", "amphtml", "wlwmanifest", "edituri", "offline", "expect", "compression-dictionary"} {
		all = append(all, rows("Link elements", InHTML, Edited, "link "+rel, `<link rel="`+rel+`" href="$U">`, "programs that know the relation")...)
	}
	return slices.Concat(rows("Link elements", InHTML, Edited,
		"link stylesheet", `<link rel=stylesheet href="$U">`, browsers,
		"link stylesheet, of a medium", `<link rel=stylesheet media="(min-width:1px)" href="$U">`, browsers,
		"link alternate stylesheet", `<link rel="alternate stylesheet" title=x href="$U">`, browsers,
		"link stylesheet, character references", `<link rel="&#115;tylesheet" href="$U">`, browsers,
		"link stylesheet, disabled", `<link rel=stylesheet disabled href="$U">`, "programs that do not know the attribute",
		"link preload, font", `<link rel=preload as=font crossorigin href="$U">`, browsers,
		"link preload, style", `<link rel=preload as=style href="$U">`, browsers,
		"link preload, script", `<link rel=preload as=script href="$U">`, browsers,
		"link preload, srcset", `<link rel=preload as=image imagesrcset="$U 1x">`, browsers,
		"link feed", `<link rel=alternate type="application/atom+xml" href="$U">`, "programs that offer feeds",
		"html manifest", `<!DOCTYPE html><html manifest="$U"><body>x</body></html>`, "browsers before 2021",
	), all, rows("Link elements", InHTML, Inert,
		"link canonical", `<link rel=canonical href="$U">`, "search engines alone",
		"link license", `<link rel=license href="$U">`, "nobody by itself",
		"link author", `<link rel=author href="$U">`, "nobody by itself",
	))
}

func documents() []Vector {
	return slices.Concat(rows("Documents", InHTML, Edited,
		"meta refresh", `<meta http-equiv=refresh content="0; url=$U">`, "browsers go there; Thunderbird does not",
		"meta refresh, in quotes", `<meta http-equiv=refresh content="0;url='$U'">`, "browsers",
		"meta refresh, without a name", `<meta http-equiv=refresh content="0;$U">`, "browsers",
		"meta refresh, in capitals", `<META HTTP-EQUIV="Refresh" CONTENT="1;URL=$U">`, "browsers",
		"meta link", `<meta http-equiv=link content="<$U>; rel=stylesheet">`, "Gecko, as if it were a header field",
		"meta report-uri", `<meta http-equiv=content-security-policy content="img-src 'none'; report-uri $U"><img src="cid:x">`, "browsers before 2016",
		"meta tile", `<meta name="msapplication-TileImage" content="$U">`, "Internet Explorer",
		"meta config", `<meta name="msapplication-config" content="$U">`, "Internet Explorer",
		"meta task", `<meta name="msapplication-task" content="name=x;action-uri=x;icon-uri=$U">`, "Internet Explorer",
		"base and img", `<base href="$U/"><img src="picture-of-this-mailing-with-a-long-name.png">`, all,
		"base and img, little room", `<base href="$U/"><img src="p.gif" width=600 height=40>`, all,
		"base behind img", `<img src="picture-of-this-mailing-with-a-long-name.png"><base href="$U/">`, "programs that resolve late",
		"doctype", `<!DOCTYPE html SYSTEM "$U"><html><body>x</body></html>`, "programs that validate",
		"import implementation", `<import namespace=x implementation="$U">`, old,
	), rows("Documents", InHTML, Inert,
		"meta og:image", `<meta property="og:image" content="$U">`, "sites that a page is shared on",
		"xml:base", `<div xml:base="$U/"><p>x</p></div>`, "no program by itself",
	))
}
