// Made by `deno task pages` of sources 207a4d1225c326b130d17019bd6d25c2: script 6e0746d8a99ae078618ca1b6d6c074a5
// deno-fmt-ignore-file deno-lint-ignore-file
// ticker.ts
addEventListener("message", ({ data }) => {
  setInterval(() => postMessage(void 0), data);
});
