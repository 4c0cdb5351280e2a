import { AssertionError, suffix } from "./assertion_error.ts";

type ErrorConstructorOf<E extends Error> = new (...args: never[]) => E;

/** What the overloads' arguments come down to. */
interface Expectation<E extends Error> {
  readonly errorClass: ErrorConstructorOf<E> | undefined;
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

/**
 * Asserts that `fn` throws, whatever it throws.
 *
 * @returns what was thrown
 * @throws {AssertionError} when `fn` returns
 */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that `fn` throws an `ErrorClass` whose message contains `msgIncludes`.
 *
 * @returns the error that was thrown
 * @throws {AssertionError} when `fn` returns or throws something else
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorConstructorOf<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expectation = expect(classOrMsg, msgIncludes, msg);
  let error: unknown;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
    checkError(error, expectation, "thrown");
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(expectation.msg)}`);
}

/**
 * Asserts that the promise which `fn` returns is rejected, whatever the reason.
 *
 * @returns the reason
 * @throws {AssertionError} when the promise is fulfilled, or `fn` throws instead of returning it
 */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Asserts that the promise which `fn` returns is rejected with an `ErrorClass` whose message
 * contains `msgIncludes`.
 *
 * @returns the error
 * @throws {AssertionError} when it is fulfilled, rejected with something else, or `fn` itself throws
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructorOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorConstructorOf<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expectation = expect(classOrMsg, msgIncludes, msg);
  const promise = callForPromise(fn, expectation.msg);
  try {
    await promise;
  } catch (error) {
    checkError(error, expectation, "rejected");
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(expectation.msg)}`);
}

function callForPromise(
  fn: () => PromiseLike<unknown>,
  msg: string | undefined,
): PromiseLike<unknown> {
  try {
    const promise = fn();
    if (typeof promise?.then === "function") return promise;
  } catch {
    // A throw and a return of no promise are the same fault, told below.
  }
  throw new AssertionError(`Function throws when expected to reject${suffix(msg)}`);
}

function expect<E extends Error>(
  classOrMsg: ErrorConstructorOf<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  if (typeof classOrMsg === "string") {
    return { errorClass: undefined, msgIncludes: undefined, msg: classOrMsg };
  }
  return { errorClass: classOrMsg, msgIncludes, msg };
}

function checkError<E extends Error>(
  error: unknown,
  { errorClass, msgIncludes, msg }: Expectation<E>,
  how: string,
): void {
  if (errorClass === undefined) return;
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${how}${suffix(msg)}`);
  }
  if (!(error instanceof errorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${errorClass.name}", but was "${error.constructor.name}"${
        suffix(msg)
      }`,
      { cause: error },
    );
  }
  if (msgIncludes !== undefined && !error.message.includes(msgIncludes)) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(msgIncludes)}, but got ${
        JSON.stringify(error.message)
      }${suffix(msg)}`,
      { cause: error },
    );
  }
}
