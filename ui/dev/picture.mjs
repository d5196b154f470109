// A PNG without a library.
import { deflateSync } from "node:zlib";

/** A picture of nodes and links, as a plugin might draw it. */
export function picture(query) {
  const [width, height, dark] = [Number(query.get("width") ?? 640), Number(query.get("height") ?? 320), query.get("theme") !== "light"];
  const [back, line, node, bad] = dark ? [[23, 26, 32], [84, 92, 106], [91, 156, 245], [242, 97, 122]] : [[255, 255, 255], [170, 178, 190], [31, 98, 208], [200, 23, 74]];
  const nodes = [[0.12, 0.3], [0.32, 0.75], [0.5, 0.28], [0.7, 0.7], [0.88, 0.35]];
  const links = [[0, 1], [0, 2], [1, 2], [2, 3], [2, 4], [3, 4]];
  const raw = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let color = back;
      for (const [a, b] of links) {
        const [ax, ay, bx, by] = [nodes[a][0] * width, nodes[a][1] * height, nodes[b][0] * width, nodes[b][1] * height];
        const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
        if (Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) < 1.3) color = a === 2 && b === 3 ? bad : line;
      }
      nodes.forEach(([nx, ny], i) => Math.hypot(x - nx * width, y - ny * height) < Math.min(width, height) * 0.06 && (color = i === 3 ? bad : node));
      raw.set(color, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const crc = (bytes) => {
    let c = ~0;
    for (const byte of bytes) for (let k = (c ^= byte, 0); k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return ~c >>> 0;
  };
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head), chunk("IDAT", deflateSync(raw)), chunk("IEND", Buffer.alloc(0))]);
}
