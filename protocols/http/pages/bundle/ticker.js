// Made by `deno task pages` of sources 2645fd74960b16996127e018471caf8f: script 6e0746d8a99ae078618ca1b6d6c074a5
// deno-fmt-ignore-file deno-lint-ignore-file
// ticker.ts
addEventListener("message", ({ data }) => {
  setInterval(() => postMessage(void 0), data);
});
