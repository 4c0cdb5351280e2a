// Made by `deno task pages` of sources 153b6b1bf7b1c4fb49f75452448e47eb: script 6e0746d8a99ae078618ca1b6d6c074a5
// deno-fmt-ignore-file deno-lint-ignore-file
// ticker.ts
addEventListener("message", ({ data }) => {
  setInterval(() => postMessage(void 0), data);
});
