/**
 * Deep structural equality as `@std/assert` defines it: constructors must agree, a property that is
 * `undefined` is not the same as one that is absent, `NaN` equals itself, `0` equals `-0`, and the
 * keys of Maps and Sets are compared deeply and without regard to order.
 *
 * @returns true when `a` and `b` are deeply equal
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

type Seen = Map<object, object>;

function compare(a: unknown, b: unknown, seen: Seen): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (!sameConstructor(a, b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  refuseUncomparable(a);
  if (a instanceof WeakRef && b instanceof WeakRef) return compare(a.deref(), b.deref(), seen);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (isBytes(a) && isBytes(b)) return sameBytes(a, b);
  if (a instanceof Map && b instanceof Map) return sameEntries([...a], [...b], seen);
  if (a instanceof Set && b instanceof Set) return sameEntries([...a], [...b], seen);
  return sameProperties(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object without a prototype counts as a plain one. */
function sameConstructor(a: object, b: object): boolean {
  return (a.constructor ?? Object) === (b.constructor ?? Object);
}

function refuseUncomparable(value: object): void {
  for (const type of [WeakMap, WeakSet]) {
    if (value instanceof type) throw new TypeError(`cannot compare ${type.name} instances`);
  }
}

function isBytes(value: object): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** The same answer as comparing index properties, without a string for every index. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Each entry of `a` takes one equal entry of `b` away, in whatever order they stand. */
function sameEntries(a: readonly unknown[], b: unknown[], seen: Seen): boolean {
  if (a.length !== b.length) return false;
  for (const entry of a) {
    const found = b.findIndex((other) => compare(entry, other, new Map(seen)));
    if (found < 0) return false;
    b.splice(found, 1);
  }
  return true;
}

function sameProperties(a: object, b: object, seen: Seen): boolean {
  const keys = ownEnumerableKeys(a);
  if (keys.length !== ownEnumerableKeys(b).length) return false;
  return keys.every((key) => key in b && compare(Reflect.get(a, key), Reflect.get(b, key), seen));
}

function ownEnumerableKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}
