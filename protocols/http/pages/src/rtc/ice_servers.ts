/** A STUN or TURN server, in the words of `RTCConfiguration`. */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

/** One link: its target, and its parameters, whose quoted values may hold anything but quotes. */
const LINK = /<([^>]*)>((?:\s*;\s*[a-z-]+\s*=\s*(?:"[^"]*"|[^\s,;"]+))*)/gi;

const PARAMETER = /;\s*([a-z-]+)\s*=\s*(?:"([^"]*)"|([^\s,;"]+))/gi;

/** The servers in a `Link` header, RFC 9725 section 4.6. */
export function iceServersOf(header: string): readonly IceServer[] {
  return [...header.matchAll(LINK)].flatMap(([, urls = "", rest = ""]) => {
    const found = [...rest.matchAll(PARAMETER)];
    const parameters = new Map(
      found.map(([, name = "", quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ""]),
    );
    if (parameters.get("rel") !== "ice-server") return [];
    const username = parameters.get("username");
    const credential = parameters.get("credential");
    return [{
      urls,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    }];
  });
}
