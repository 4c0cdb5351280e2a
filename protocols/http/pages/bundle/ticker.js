// Made by `deno task pages` of sources da0d43e5e0725135df4338e1f801deac: script 6e0746d8a99ae078618ca1b6d6c074a5
// deno-fmt-ignore-file deno-lint-ignore-file
// ticker.ts
addEventListener("message", ({ data }) => {
  setInterval(() => postMessage(void 0), data);
});
