import { AccessDeniedError, type AccessPolicy } from "@sluice/gateway";

/**
 * Everybody may read; who publishes needs the stream's token, as in
 * `rtmp://host/live/cam1?token=SECRET`.
 */
export function tokenPolicy(tokens: ReadonlyMap<string, string>): AccessPolicy {
  return {
    authorize({ action, name, query }) {
      if (action === "read") return;
      const token = new URLSearchParams(query).get("token");
      if (token === null || token !== tokens.get(name)) {
        throw new AccessDeniedError(name, action, "the token is missing or wrong");
      }
    },
  };
}
