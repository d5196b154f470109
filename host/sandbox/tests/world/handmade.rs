//! Components written by hand, for what a compiler would not produce.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where the description lies in the memory of a handmade component.
const DESCRIPTION: u32 = 1_024;
/// Where the answer of `render` lies: a document, whose text is at 2064 and its length at 2068.
const ANSWER: u32 = 2_048;

/// The parts of a component, as WebAssembly text.
pub struct Handmade {
    /// Interfaces imported beside the contract's: `import wasi:random/random@0.2.0;`.
    pub world: &'static str,
    /// The module's imports.
    pub imports: &'static str,
    /// Memories, tables, start functions.
    pub fields: &'static str,
    /// The body of `describe`; its result is the description's address.
    pub describe: &'static str,
    /// The body of `render`; its result is the answer's address.
    pub render: &'static str,
    /// The type's name in the description.
    pub name: &'static str,
    /// The version in the description.
    pub version: &'static str,
    /// Width and height in the description.
    pub size: (u8, u8),
}

impl Default for Handmade {
    fn default() -> Self {
        Self {
            world: "",
            imports: "",
            fields: r#"(memory (export "memory") 1)"#,
            describe: "(i32.const 1024)",
            render: "(i32.const 2048)",
            name: "handmade",
            version: "1.0.0",
            size: (3, 2),
        }
    }
}

impl Handmade {
    /// The component's bytes.
    pub fn build(&self) -> Vec<u8> {
        let module = format!(
            r#"(module
                {imports}
                {fields}
                (global $next (mut i32) (i32.const 8192))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $place i32)
                    (local.set $place (global.get $next))
                    (global.set $next (i32.and (i32.add (i32.add (local.get $place) (local.get 3)) (i32.const 7)) (i32.const -8)))
                    (local.get $place))
                (func (export "porthole:panel/panel@0.1.0#describe") (result i32) {describe})
                (func (export "porthole:panel/panel@0.1.0#render") (param i32) (result i32) {render})
                (data (i32.const {DESCRIPTION}) "{description}")
                (data (i32.const {ANSWER}) "{answer}")
                (data (i32.const 512) "{name}")
                (data (i32.const 600) "{version}")
                (data (i32.const 5000) "hello\nworld\n"))"#,
            imports = self.imports,
            fields = self.fields,
            describe = self.describe,
            render = self.render,
            name = self.name,
            version = self.version,
            description = escaped(&self.description()),
            // A result that is right, holding a view that is a document (the seventh case) without text.
            answer = escaped(&[0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]),
        );
        let mut bytes = wat::parse_str(&module).unwrap();
        let mut resolve = Resolve::default();
        resolve
            .push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit"))
            .unwrap();
        for (file, text) in WASI {
            resolve.push_str(file, text).unwrap();
        }
        let world = format!(
            "package test:handmade; world handmade {{ include porthole:panel/plugin@0.1.0; {} }}",
            self.world
        );
        let package = resolve.push_str("handmade.wit", &world).unwrap();
        let world = resolve.select_world(&[package], Some("handmade")).unwrap();
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8, false).unwrap();
        ComponentEncoder::default()
            .module(&bytes)
            .unwrap()
            .validate(true)
            .encode()
            .unwrap()
    }

    /// The record `descriptor` as it lies in memory.
    fn description(&self) -> Vec<u8> {
        let name = (512, self.name.len() as u32);
        let version = (600, self.version.len() as u32);
        let nothing = (0, 0);
        let mut bytes = Vec::new();
        let text = |bytes: &mut Vec<u8>, (place, length): (u32, u32)| {
            bytes.extend(place.to_le_bytes());
            bytes.extend(length.to_le_bytes());
        };
        for part in [name, version, name, nothing] {
            text(&mut bytes, part);
        }
        bytes.extend([self.size.0, self.size.1, 0, 0]);
        // Two schemas, the sources, and no endpoint.
        for part in [nothing, nothing, nothing, nothing, nothing] {
            text(&mut bytes, part);
        }
        bytes
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// As much of WASI as the tests call.
const WASI: [(&str, &str); 6] = [
    (
        "io.wit",
        "package wasi:io@0.2.0;
        interface error { resource error; }
        interface poll { resource pollable { block: func(); } }
        interface streams {
            use error.{error};
            variant stream-error { last-operation-failed(error), closed }
            resource output-stream {
                blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
            }
        }",
    ),
    (
        "clocks.wit",
        "package wasi:clocks@0.2.0;
        interface wall-clock {
            record datetime { seconds: u64, nanoseconds: u32 }
            now: func() -> datetime;
        }
        interface monotonic-clock {
            use wasi:io/poll@0.2.0.{pollable};
            subscribe-duration: func(when: u64) -> pollable;
        }",
    ),
    ("random.wit", "package wasi:random@0.2.0; interface random { get-random-u64: func() -> u64; }"),
    (
        "cli.wit",
        "package wasi:cli@0.2.0;
        interface environment { get-environment: func() -> list<tuple<string, string>>; }
        interface exit { exit: func(status: result); }
        interface stdout {
            use wasi:io/streams@0.2.0.{output-stream};
            get-stdout: func() -> output-stream;
        }",
    ),
    (
        "filesystem.wit",
        "package wasi:filesystem@0.2.0;
        interface types { resource descriptor; }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<descriptor, string>>;
        }",
    ),
    (
        "sockets.wit",
        "package wasi:sockets@0.2.0;
        interface network {
            enum error-code {
                unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout,
                concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit,
                address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset,
                connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure,
                permanent-resolver-failure
            }
            enum ip-address-family { ipv4, ipv6 }
        }
        interface tcp { resource tcp-socket; }
        interface tcp-create-socket {
            use network.{error-code, ip-address-family};
            use tcp.{tcp-socket};
            create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>;
        }",
    ),
];
