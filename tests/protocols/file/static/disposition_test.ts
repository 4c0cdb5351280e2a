import { assertEquals } from "@std/assert";
import { attachment } from "../../../../protocols/file/static/disposition.ts";

/** RFC 6266, section 5 and appendix D. */
const CASES = {
  "clip.mp4": 'attachment; filename="clip.mp4"',
  "My holiday (1).mp4": 'attachment; filename="My holiday (1).mp4"',
  "\u00fcber.mp4": `attachment; filename="uber.mp4"; filename*=UTF-8''%C3%BCber.mp4`,
  "\u20ac rates": `attachment; filename="_ rates"; filename*=UTF-8''%E2%82%AC%20rates`,
  'a"b.mp4': `attachment; filename="a_b.mp4"; filename*=UTF-8''a%22b.mp4`,
  "100%.mp4": `attachment; filename="100_.mp4"; filename*=UTF-8''100%25.mp4`,
  "it's \u00e9(*).mp4":
    `attachment; filename="it_s e(_).mp4"; filename*=UTF-8''it%27s%20%C3%A9%28%2A%29.mp4`,
  "\u{1f3a5}.mp4": `attachment; filename="_.mp4"; filename*=UTF-8''%F0%9F%8E%A5.mp4`,
};

for (const [name, header] of Object.entries(CASES)) {
  Deno.test(`attachment: ${name}`, () => assertEquals(attachment(name), header));
}
