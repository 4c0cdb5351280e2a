import { HttpError } from "../_transport/http_error.ts";

/**
 * The query as the access policy is given it: byte for byte, without what is meant for us.
 *
 * @param search of the URL.
 * @param own matches parameters that are meant for us, up to their `=` or their end.
 */
export function policyQuery(search: string, own: RegExp): string {
  return search.slice(1).split("&").filter((part) => !own.test(part)).join("&");
}

/**
 * Seconds that a viewer is ready to wait for a publisher: those of `?wait=`, at most `limit`.
 *
 * @throws {HttpError} 400: it is no number of seconds.
 */
export function parseWait(wait: string | undefined, limit: number): number {
  return Math.min(parseSeconds("wait", wait), limit);
}

/**
 * Reads a parameter of seconds, with up to three decimals; 0 where it is absent.
 *
 * @param verb what is asked for, and how the error begins: `start at`.
 * @throws {HttpError} 400: it is no number of seconds.
 */
export function parseSeconds(verb: string, value = "0"): number {
  if (/^\d{1,9}(\.\d{1,3})?$/.test(value)) return Number(value);
  const found = JSON.stringify(value.slice(0, 40));
  const [what] = verb.split(" ", 1);
  const reason = `Cannot ${verb} ${found}: expected a number of seconds`;
  throw new HttpError(400, `invalid-${what}`, reason);
}
