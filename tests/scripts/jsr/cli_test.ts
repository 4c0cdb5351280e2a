// The stand-in for @std/cli against its published documentation. Also passes with the real one.
import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

Deno.test("parseArgs separates flags, values and what is neither", () => {
  const args = parseArgs(["--foo", "--bar=baz", "./quux.txt", "7"], { boolean: ["foo"] });
  assertEquals<unknown>(args, { foo: true, bar: "baz", _: ["./quux.txt", 7] });
});

Deno.test("parseArgs keeps declared strings as text and makes numbers of the rest", () => {
  const args = parseArgs(["--port", "80", "--name", "80", "--config"], {
    string: ["name", "config"],
  });
  assertEquals<unknown>(args, { port: 80, name: "80", config: "", _: [] });
  const name: string | undefined = args.name;
  assertEquals(name, "80");
});

Deno.test("parseArgs fills in defaults, absent booleans and empty collections", () => {
  const args = parseArgs([], {
    boolean: ["demo"],
    string: ["host", "source"],
    collect: ["source"],
    default: { host: "::" },
  });
  assertEquals<unknown>(args, { demo: false, host: "::", source: [], _: [] });
  const demo: boolean = args.demo;
  const sources: string[] = args.source;
  assertEquals([demo, sources], [false, []]);
});

Deno.test("parseArgs collects repeated flags, and takes the last of the others", () => {
  const args = parseArgs(["--a", "1", "--a", "2", "--b", "x", "--b", "y"], {
    string: ["a", "b"],
    collect: ["a"],
  });
  assertEquals<unknown>(args, { a: ["1", "2"], b: "y", _: [] });
});

Deno.test("parseArgs sets every alias", () => {
  const args = parseArgs(["-h"], { boolean: ["help"], alias: { help: "h" } });
  assertEquals<unknown>(args, { help: true, h: true, _: [] });
});

Deno.test("parseArgs negates only what is negatable", () => {
  const options = { boolean: ["demo"], negatable: ["demo"], default: { demo: true } };
  assertEquals<unknown>(parseArgs(["--no-demo"], options), { demo: false, _: [] });
  assertEquals<unknown>(parseArgs(["--no-other"]), { "no-other": true, _: [] });
});

Deno.test("parseArgs hands what is not declared to unknown, which may refuse it", () => {
  const seen: unknown[][] = [];
  const args = parseArgs(["--known", "x", "--nope", "1", "stray"], {
    string: ["known"],
    unknown: (...call: unknown[]) => {
      seen.push(call);
      return false;
    },
  });
  assertEquals<unknown>(args, { known: "x", _: [] });
  assertEquals(seen, [["--nope", "nope", "1"], ["stray"]]);
});

Deno.test("parseArgs stops at the first positional with stopEarly, and always at --", () => {
  const args = parseArgs(["--a", "run", "--b"], { boolean: ["a"], stopEarly: true });
  assertEquals<unknown>(args, { a: true, _: ["run", "--b"] });
  assertEquals<unknown>(parseArgs(["--", "--b", "7"]), { _: ["--b", "7"] });
});

Deno.test("parseArgs reads short flags alone, in groups and with attached values", () => {
  assertEquals<unknown>(parseArgs(["-ab", "-n5", "-k=v", "-x", "y"]), {
    a: true,
    b: true,
    n: 5,
    k: "v",
    x: "y",
    _: [],
  });
});

Deno.test("parseArgs reads true and false after a boolean", () => {
  const options = { boolean: ["a", "b", "c"] };
  assertEquals<unknown>(parseArgs(["--a", "false", "--b=false", "--c", "x"], options), {
    a: false,
    b: false,
    c: true,
    _: ["x"],
  });
});
