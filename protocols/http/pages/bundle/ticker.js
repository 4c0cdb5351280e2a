// Made by `deno task pages` of sources 5be327c7bf3b93f3c843ed2a5f3b6e53: script 6e0746d8a99ae078618ca1b6d6c074a5
// deno-fmt-ignore-file deno-lint-ignore-file
// ticker.ts
addEventListener("message", ({ data }) => {
  setInterval(() => postMessage(void 0), data);
});
