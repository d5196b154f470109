#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;

fn css(classes: &str) -> String {
    let html = format!("<p class=\"{}\">x</p>", classes.replace('"', "&quot;"));
    sheet(&html, &MarkupLimits::default()).unwrap()
}

/// The rules without the base.
fn rules(classes: &str) -> String {
    css(classes).strip_prefix(BASE_CSS).unwrap().to_owned()
}

#[test]
fn only_classes_that_are_used_get_rules() {
    assert_eq!(css(""), BASE_CSS);
    assert_eq!(rules("no-such-class"), "");
    assert_eq!(rules("p-4"), ".p-4 {\n  padding: 1rem;\n}\n");
    assert_eq!(
        sheet("p-4 class=\"p-4\"", &MarkupLimits::default()).unwrap(),
        BASE_CSS
    );
}

#[test]
fn values_of_the_authors_own_work() {
    for (class, declaration) in [
        ("bg-[#10b981]", "background-color: #10b981"),
        ("grid-cols-[auto_1fr]", "grid-template-columns: auto 1fr"),
        (
            "grid-cols-[repeat(auto-fill,minmax(120px,1fr))]",
            "repeat(auto-fill,minmax(120px,1fr))",
        ),
        ("w-[12px]", "width: 12px"),
        ("w-[calc(100%-2rem)]", "width: calc(100% - 2rem)"),
        ("opacity-40", "opacity: 0.4"),
        (
            "bg-[rgb(16_185_129/0.15)]",
            "background-color: rgb(16 185 129/0.15)",
        ),
        ("dark:text-[rgb(16_185_129/0.15)]", "color: rgb(16 185 129/0.15)"),
        ("w-4 h-4", "height: 1rem"),
        ("text-[#fff]", "color: #fff"),
        ("text-[13px]", "font-size: 13px"),
        ("-mt-2", "margin-top: -0.5rem"),
        ("!p-2", "padding: 0.5rem !important"),
        ("w-1/2", "width: 50%"),
        ("bg-red-500/50", "color-mix(in oklab"),
    ] {
        assert!(rules(class).contains(declaration), "{class}: {}", rules(class));
    }
}

#[test]
fn the_guide_names_the_forms_that_make_no_rule() {
    for class in ["bg-[#10b981]/15", "bg-[#10b98126]", "size-4"] {
        assert_eq!(
            rules(class),
            "",
            "{class} makes a rule now: take it off the guide's list"
        );
    }
}

#[test]
fn variants_depend_on_the_screen_and_on_the_hosts_theme() {
    let md = rules("md:flex");
    assert!(
        md.contains("@media (width >= 48rem) {\n  .md\\:flex {\n    display: flex;"),
        "{md}"
    );
    let dark = rules("dark:bg-black");
    assert!(
        dark.contains(":host([data-theme=dark]) .dark\\:bg-black {"),
        "{dark}"
    );
    let both = rules("dark:md:hover:p-2");
    assert!(
        both.contains("@media") && both.contains(":host([data-theme=dark]) .dark\\:md\\:hover\\:p-2:hover"),
        "{both}"
    );
}

#[test]
fn what_rules_expect_to_be_set_is_set() {
    let turned = rules("translate-x-1 shadow-lg ring-2 blur-sm tabular-nums space-y-2 before:p-1");
    let expected = turned.match_indices("var(--en-").filter_map(|(at, _)| {
        let name = &turned[at + 4..];
        // With something behind it, it need not be set.
        name[..name.find([')', ','])?]
            .starts_with("--en-")
            .then(|| name.split([')', ',']).next())
            .flatten()
            .filter(|found| name[found.len()..].starts_with(')'))
    });
    for name in expected {
        assert!(turned.contains(&format!("{name}:")), "{name} in {turned}");
    }
    assert!(turned.starts_with("*,::before,::after{--en-content"), "{turned}");
}

#[test]
fn classes_that_would_load_or_break_out_have_no_rules() {
    for class in [
        "bg-[url(x)]",
        "bg-[url(//evil.example)]",
        "content-[url(x)]",
        "bg-[image-set(x)]",
        "cursor-[url(x)]",
        "list-[url(x)]",
        "bg-[src(x)]",
        "w-[attr(title)]",
        "z-[99999]",
        "z-[2147483647]",
        "bg-[URL(x)]",
        "bg-[image(x)]",
        "filter-[url(x)]",
        "bg-[-webkit-image-set(x)]",
        "bg-[cross-fade(x)]",
        "bg-[element(x)]",
        "w-[env(x)]",
        "[background:url(x)]",
        "p-4}*{color:red",
        "w-[1px;color:red]",
        "content-['x']",
        "before:content-[attr(title)]",
    ] {
        assert_eq!(rules(class), "", "{class}");
    }
    assert!(!rules("fixed z-50").is_empty());
}

#[test]
fn too_many_classes_or_too_much_css_is_refused() {
    let many: String = (0..2001).map(|i| format!("<p class=\"p-{i}\">x</p>")).collect();
    let refusal = sheet(&many, &MarkupLimits::default()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the HTML: 2001 different classes, and at most 2000 different classes are allowed"
    );
    let limits = MarkupLimits {
        css_bytes: 2500,
        ..MarkupLimits::default()
    };
    let some: String = (0..100).map(|i| format!("<p class=\"p-{i}\">x</p>")).collect();
    assert!(
        sheet(&some, &limits)
            .unwrap_err()
            .to_string()
            .starts_with("the CSS")
    );
}

/// Whether a sheet is a list of whole rules that load nothing.
fn is_harmless(sheet: &str) -> bool {
    let lower = sheet.to_ascii_lowercase();
    let mut depth = 0_i32;
    for c in sheet.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
        && [
            "url(",
            "image-set",
            "@import",
            "@font-face",
            "src:",
            "expression",
            "</",
            "/*",
            "@charset",
            "@namespace",
        ]
        .iter()
        .all(|bad| !lower.contains(bad))
}

fn class() -> impl Strategy<Value = String> {
    let variant = prop::sample::select(vec![
        "",
        "",
        "md:",
        "dark:",
        "hover:",
        "group-hover:",
        "!",
        "dark:md:",
        "before:",
        "x:",
        "(",
    ]);
    let utility = prop::sample::select(vec![
        "bg",
        "text",
        "w",
        "h",
        "p",
        "-m",
        "grid-cols",
        "border",
        "ring",
        "shadow",
        "from",
        "to",
        "translate-x",
        "rotate",
        "blur",
        "animate",
        "content",
        "list",
        "cursor",
        "fill",
        "z",
        "inset",
        "font",
        "leading",
        "col-span",
        "divide-x",
        "space-y",
        "transition",
        "ease",
        "duration",
        "origin",
        "object",
        "aspect",
        "columns",
        "decoration",
        "outline",
        "backdrop-blur",
        "mask",
        "will-change",
        "indent",
        "basis",
        "flex",
        "order",
        "size",
        "line-clamp",
        "stroke",
        "scale",
        "skew-x",
        "accent",
        "caret",
        "bg-linear",
        "rounded",
        "opacity",
        "mix-blend",
        "snap",
        "scroll-m",
        "touch",
        "underline",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "",
            "-4",
            "-red-500",
            "-red-500/50",
            "-red-500/",
            "-/",
            "-1/2",
            "-auto",
            "-full",
            "-lg",
            "-none",
            "-[12px]",
            "-[url(x)]",
            "-[#fff]/50",
            "-[#fff]/",
            "-[--x]",
            "-[var(--x)]",
            "-[a_b]",
            "-[1/2]",
            "-[calc(1px+2px)]",
            "-[",
            "-[]",
            "-]",
            "-inherit",
            "-to-r",
            "-45deg",
            "-999999999999999999999",
            "--1",
            "-0.5",
            "-.",
            "-%",
            "-_",
            "-[0.5]",
            "-[linear-gradient(red,blue)]",
            "-[cubic-bezier(0,0,1,1)]",
            "-[min(1px,2px)]",
            "-[(]",
            "-[attr(x)]",
            "-[-]",
            "-[/]",
        ])
        .prop_map(str::to_owned),
        "-\\[[a-z0-9#.,%_()+*/-]{0,12}\\](/[0-9]{0,3})?",
        "-[a-z0-9./%-]{0,10}",
    ];
    (variant, utility, value).prop_map(|(a, b, c)| format!("{a}{b}{c}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_class_makes_css_that_loads_or_breaks_out(classes in prop::collection::vec(prop_oneof![4 => class(), 1 => "\\PC{0,20}"], 1..8)) {
        let html = format!("<p class=\"{}\">x</p>", classes.join(" ").replace('&', "&amp;").replace('"', "&quot;"));
        let made = sheet(&html, &MarkupLimits::default());
        let Ok(made) = made else { panic!("{made:?} for {html}") };
        prop_assert!(is_harmless(&made[BASE_CSS.len()..]), "{made}");
    }
}
