//! The reference of the contract, made of `wit/`: every interface, function, type and field with what is said of it
//! there.

use std::fmt::Write;

use anyhow::Context;
use wit_parser::{
    Docs, Function, FunctionKind, Handle, Interface, InterfaceId, PackageId, Resolve, Type, TypeDef,
    TypeDefKind, TypeId, TypeOwner, WorldItem,
};

use crate::workspace;

/// Where the reference is, in the workspace.
pub const FILE: &str = "docs/src/contract.md";

/// Interfaces in the order a reader wants them; others follow by name.
const ORDER: [&str; 5] = ["panel", "query", "views", "types", "log"];

const INTRODUCTION: &str = "<!-- Written by `cargo xtask docs` from wit/*.wit. Change those, not this page. -->

# The contract

Everything that a panel can ask of its host, and all that the host asks of a panel. It is written in
[WIT](https://component-model.bytecodealliance.org/design/wit.html), in the folder `wit/`; what may change in it is in
[What stays compatible](compatibility.md).
";

/// The page's text.
///
/// # Errors
/// When `wit/` is no contract.
pub fn generate() -> anyhow::Result<String> {
    let folder = workspace::root().join("wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut page = Page {
        resolve: &resolve,
        text: INTRODUCTION.to_owned(),
    };
    page.package(package);
    Ok(page.text)
}

struct Page<'a> {
    resolve: &'a Resolve,
    text: String,
}

impl Page<'_> {
    fn package(&mut self, id: PackageId) {
        let package = &self.resolve.packages[id];
        self.paragraph(&format!("This is version **{}**.", version(&package.name)));
        for world in package.worlds.values() {
            let world = &self.resolve.worlds[*world];
            self.paragraph(&format!("## World `{}`", world.name));
            self.docs(&world.docs);
            for (verb, items) in [("Imports", &world.imports), ("Exports", &world.exports)] {
                let mut names: Vec<_> = items
                    .values()
                    .filter_map(|item| match item {
                        WorldItem::Interface { id, .. } => self.resolve.interfaces[*id].name.as_deref(),
                        _ => None,
                    })
                    .map(|name| format!("[`{name}`](#interface-{name})"))
                    .collect();
                names.sort();
                self.paragraph(&format!("{verb}: {}.", names.join(", ")));
            }
        }
        let place = |name: &str| {
            ORDER
                .iter()
                .position(|known| *known == name)
                .unwrap_or(ORDER.len())
        };
        let mut interfaces: Vec<(&String, &InterfaceId)> = package.interfaces.iter().collect();
        interfaces.sort_by_key(|(name, _)| (place(name), name.as_str()));
        for (name, id) in interfaces {
            self.interface(name, *id);
        }
    }

    fn interface(&mut self, name: &str, id: InterfaceId) {
        let interface: &Interface = &self.resolve.interfaces[id];
        self.paragraph(&format!("## Interface `{name}`"));
        self.docs(&interface.docs);
        let functions = interface.functions.values();
        for function in functions.filter(|function| matches!(function.kind, FunctionKind::Freestanding)) {
            self.function(function, &function.name);
        }
        for (name, type_id) in &interface.types {
            let definition = &self.resolve.types[*type_id];
            if !self.is_borrowed(definition, id) {
                self.definition(name, definition, interface, *type_id);
            }
        }
    }

    /// Whether a type of this interface is only another interface's, taken over with `use`.
    fn is_borrowed(&self, definition: &TypeDef, interface: InterfaceId) -> bool {
        match definition.kind {
            TypeDefKind::Type(Type::Id(id)) => {
                self.resolve.types[id].owner != TypeOwner::Interface(interface)
            }
            _ => false,
        }
    }

    fn function(&mut self, function: &Function, shown: &str) {
        let own = |name: &str| name != "self";
        let parameters: Vec<String> = function
            .params
            .iter()
            .filter(|parameter| own(&parameter.name))
            .map(|parameter| format!("{}: {}", parameter.name, self.plain(&parameter.ty)))
            .collect();
        let result = function
            .result
            .as_ref()
            .map(|result| format!(" -> {}", self.plain(result)))
            .unwrap_or_default();
        self.paragraph(&format!("### `{shown}`"));
        self.paragraph(&format!(
            "```wit\n{shown}: func({}){result};\n```",
            parameters.join(", ")
        ));
        self.docs(&function.docs);
    }

    fn definition(&mut self, name: &str, definition: &TypeDef, interface: &Interface, id: TypeId) {
        let kind = match &definition.kind {
            TypeDefKind::Type(same) => format!("type, the same as {}", self.linked(same)),
            kind => kind.as_str().to_owned(),
        };
        self.paragraph(&format!("### `{name}`"));
        self.paragraph(&format!("*{kind}*"));
        self.docs(&definition.docs);
        match &definition.kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let rows = fields.map(|field| (&field.name, self.linked(&field.ty), &field.docs));
                let text = table("field", rows);
                self.paragraph(&text);
            }
            TypeDefKind::Variant(variant) => {
                let holds = |ty: &Option<Type>| ty.as_ref().map_or_else(String::new, |ty| self.linked(ty));
                let cases = variant.cases.iter();
                let text = table(
                    "case",
                    cases.map(|case| (&case.name, holds(&case.ty), &case.docs)),
                );
                self.paragraph(&text);
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter();
                let text = table("case", cases.map(|case| (&case.name, String::new(), &case.docs)));
                self.paragraph(&text);
            }
            TypeDefKind::Resource => {
                for function in interface.functions.values() {
                    if let FunctionKind::Method(of) = function.kind
                        && of == id
                    {
                        let method = function.name.rsplit('.').next().unwrap_or_default();
                        self.function(function, &format!("{name}.{method}"));
                    }
                }
            }
            _ => {}
        }
    }

    fn docs(&mut self, docs: &Docs) {
        if let Some(contents) = &docs.contents {
            self.paragraph(contents.trim());
        }
    }

    fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// As WIT writes it.
    fn plain(&self, ty: &Type) -> String {
        self.written(ty, &|name| name.to_owned())
    }

    /// The same for a table, with links to the types that are explained on the page.
    fn linked(&self, ty: &Type) -> String {
        let text = self.written(ty, &|name| format!("[{name}](#{name})"));
        text.replace('<', "&lt;").replace('>', "&gt;")
    }

    fn written(&self, ty: &Type, named: &dyn Fn(&str) -> String) -> String {
        let Type::Id(id) = ty else {
            return primitive(ty).to_owned();
        };
        let definition = &self.resolve.types[*id];
        if let Some(name) = &definition.name {
            return named(name);
        }
        let inner = |ty: &Type| self.written(ty, named);
        let optional = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), inner);
        match &definition.kind {
            TypeDefKind::List(ty) => format!("list<{}>", inner(ty)),
            TypeDefKind::Option(ty) => format!("option<{}>", inner(ty)),
            TypeDefKind::Result(result) => {
                format!("result<{}, {}>", optional(&result.ok), optional(&result.err))
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Vec<_> = tuple.types.iter().map(inner).collect();
                format!("tuple<{}>", types.join(", "))
            }
            TypeDefKind::Handle(Handle::Own(id)) => inner(&Type::Id(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", inner(&Type::Id(*id))),
            kind => kind.as_str().to_owned(),
        }
    }
}

fn table<'a>(what: &str, rows: impl Iterator<Item = (&'a String, String, &'a Docs)>) -> String {
    let mut text = format!("| {what} | type | |\n|---|---|---|");
    for (name, ty, docs) in rows {
        let said = docs.contents.as_deref().unwrap_or_default();
        let said: Vec<_> = said.split_whitespace().collect();
        let _ = write!(
            text,
            "\n| `{name}` | {ty} | {} |",
            said.join(" ").replace('|', "\\|")
        );
    }
    text
}

fn version(name: &wit_parser::PackageName) -> String {
    name.version
        .as_ref()
        .map_or_else(|| "without a number".to_owned(), ToString::to_string)
}

fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_committed_reference_is_what_would_be_generated() {
        let committed = std::fs::read_to_string(workspace::root().join(FILE)).unwrap_or_default();
        assert_eq!(committed, generate().unwrap(), "run `cargo xtask docs`");
    }

    #[test]
    fn every_type_and_function_of_the_contract_has_its_heading() {
        let page = generate().unwrap();
        for name in [
            "describe",
            "render",
            "open",
            "source.series",
            "source.rows",
            "view",
            "call",
            "query-error",
            "write",
        ] {
            assert!(page.contains(&format!("\n### `{name}`\n")), "{name} is missing");
        }
        assert!(!page.contains('?'), "a type could not be written");
    }
}
