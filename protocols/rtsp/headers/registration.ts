/**
 * The Transport header of REGISTER and DEREGISTER, which live555 added: what a back-end wishes of the
 * proxy that it registers with.
 *
 * @module
 */
import { RtspHeaderError } from "../errors.ts";
import { parseParameter, splitList } from "./syntax.ts";

const HEADER = "Transport";

const DELIVERIES = ["udp", "interleaved"] as const;

export interface RegistrationWish {
  /** Whether the stream is to be fetched over the connection of the request itself. */
  readonly reusesConnection: boolean;
  readonly delivery?: typeof DELIVERIES[number];
  /** `proxy_url_suffix`: the name that the stream shall have. Starts with a slash. */
  readonly name?: string;
}

/** Reads the wishes; there are none where the header is left out. @throws {RtspHeaderError} */
export function parseRegistration(value = ""): RegistrationWish {
  const parameters = new Map(
    splitList(value, ";").map(parseParameter).map(({ name, value }) => [name, value]),
  );
  const wanted = parameters.get("preferred_delivery_protocol")?.toLowerCase();
  const delivery = DELIVERIES.find((known) => known === wanted);
  if (wanted !== undefined && delivery === undefined) {
    throw new RtspHeaderError(
      HEADER,
      `there is no delivery ${JSON.stringify(wanted.slice(0, 20))}`,
    );
  }
  const suffix = parameters.get("proxy_url_suffix")?.replace(/^\/+/, "");
  return {
    reusesConnection: parameters.has("reuse_connection"),
    ...(delivery && { delivery }),
    ...(suffix && { name: `/${suffix}` }),
  };
}
