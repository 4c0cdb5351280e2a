/** A URL for people: without user, password and query. */
export function withoutSecrets({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** A URL for a request: without what is not sent, or is sent in a header. */
export function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = copy.password = copy.hash = "";
  return copy;
}

/** `Authorization` of the user in a URL (RFC 7617 section 2); undefined where it names none. */
export function basicCredentials({ username, password }: URL): string | undefined {
  if (username === "") return undefined;
  const credentials = `${decodeUserinfo(username)}:${decodeUserinfo(password)}`;
  return `Basic ${new TextEncoder().encode(credentials).toBase64()}`;
}

/** As it stands where it is no percent-encoding: who writes `100%` means that. */
export function decodeUserinfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
