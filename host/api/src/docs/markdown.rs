//! Every call with its line of curl, as a page of the guides.

use std::fmt::Write;

use serde_json::Value;

use super::call::{Call, calls};

const HEAD: &str = "# Every call, with curl

<!-- Written by `porthole openapi --format markdown`: change what is said beside the handlers, and write it anew. -->

`$HOST` is where the host answers, as `http://localhost:8080`. The first line logs in and keeps the session in the file
`jar`, which the others show; a program shows a token instead: `-H \"authorization: Bearer $TOKEN\"` in the place of
`-b jar`. What is named after the examples of this page (`tenant-alpha`, `cpu_usage`, ids) is yours to replace.
[The HTTP interface](api.md) says what holds for all calls, `$HOST/docs` shows parameters and answers.

";

/// The page.
pub(crate) fn page(document: &Value) -> String {
    let calls = calls(document);
    let mut page = HEAD.to_owned();
    for tag in tags(&calls) {
        let _ = write!(page, "## {tag}\n\n");
        for call in calls.iter().filter(|call| call.tag() == tag) {
            let _ = write!(
                page,
                "### `{} {}`\n\n{}\n\n```bash\n{}\n```\n\n",
                call.method,
                call.path,
                call.summary(),
                call.curl()
            );
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// What calls belong to: logging in first, then in the order of the paths.
pub(crate) fn tags<'d>(calls: &[Call<'d>]) -> Vec<&'d str> {
    let mut tags = vec!["Login"];
    for call in calls {
        if !tags.contains(&call.tag()) {
            tags.push(call.tag());
        }
    }
    tags
}
