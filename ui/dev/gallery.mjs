// Serves the gallery of the UI's components, as `cargo xtask build --gallery` made it:
//
//   node ui/dev/gallery.mjs [folder] [port]
//
// The folder is `target/ui/site` unless it is named.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { picture } from "./picture.mjs";

const TYPES = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain" };

/** Serves on a port, a free one for 0: its address, and how to end it. */
export async function serve(folder, port = 0) {
  const page = await readFile(join(folder, "index.html"));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const send = (type, content) => response.writeHead(200, { "content-type": type }).end(content);
    if (pathname === "/api/v1/panels/sample/image") return send("image/png", picture(searchParams));
    if (pathname === "/api/v1/auth/methods") return send("application/json", JSON.stringify({ local: true, oidc: "Company SSO" }));
    if (pathname.startsWith("/api/")) return response.writeHead(404).end();
    if (!pathname.startsWith("/assets/")) return send("text/html", page);
    try {
      send(TYPES[extname(pathname)] ?? "application/octet-stream", await readFile(join(folder, normalize(pathname))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/gallery`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = fileURLToPath(new URL("../../target/ui/site", import.meta.url)), port = "8091"] = process.argv.slice(2);
  console.log((await serve(folder, Number(port))).url);
}
