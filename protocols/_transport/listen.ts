import { ListenError } from "./errors.ts";

/**
 * Listens on the first of `ports` that is free.
 *
 * @throws {ListenError} that of the last port, when none is.
 */
export async function listenOnFirst<Listening>(
  ports: readonly number[],
  listen: (port: number) => Promise<Listening>,
): Promise<Listening> {
  let failure: unknown = new ListenError("", 0, "no port is given");
  for (const port of ports) {
    try {
      return await listen(port);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      failure = error;
    }
  }
  throw failure;
}
