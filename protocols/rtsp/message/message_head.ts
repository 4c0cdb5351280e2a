import { RtspMessageError } from "../errors.ts";
import { type HeaderField, HeaderFields } from "../fields.ts";
import { isFolded, parseField, parseStartLine, type StartLine } from "./head.ts";
import type { HttpRequestHead, HttpResponseHead } from "./http_message.ts";
import { MAX_BODY, MAX_HEAD, MAX_HEADERS, MAX_LINE } from "./limits.ts";
import type { RtspRequest, RtspResponse } from "../message.ts";

/** Anything but a tab that is no text: a head that has it was made by no RTSP peer. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

const CR = 0x0d;
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** Decodes a line without its LF; devices end lines with CRLF, LF, and CR CRLF. */
function decodeLine(bytes: Uint8Array): string {
  let end = bytes.length;
  while (bytes[end - 1] === CR) end--;
  return decoder.decode(bytes.subarray(0, end));
}

/** Puts the head of one message together from its lines. */
export class MessageHead {
  #start: StartLine | undefined;
  readonly #fields: HeaderField[] = [];
  #size = 0;

  /**
   * Adds a line, given without its LF.
   *
   * @param at where in the connection the line begins.
   * @returns whether the line ended the head.
   * @throws {RtspMessageError}
   */
  addLine(bytes: Uint8Array, at: number): boolean {
    const line = decodeLine(bytes);
    this.#size += bytes.length + 1;
    if (this.#size > MAX_HEAD) {
      throw this.#error(`the head is longer than ${MAX_HEAD} bytes`, 431, at, MAX_HEAD);
    }
    if (line === "") return this.#end(at);
    if (CONTROL.test(line)) throw this.#error("a line has control characters", 400, at);
    if (this.#start === undefined) this.#start = this.#parseStart(line, at);
    else if (isFolded(line)) this.#unfold(line, at);
    else this.#addField(line, at);
    return false;
  }

  /** Of a line that was given up because it does not end. */
  lineTooLong(at: number): RtspMessageError {
    const status = this.#start === undefined ? 414 : 431;
    return this.#error(`a line is longer than ${MAX_LINE} bytes`, status, at, MAX_LINE);
  }

  /**
   * Bytes of the body. HTTP heads have none: a tunnel's POST announces a length that means nothing.
   *
   * @throws {RtspMessageError} when `Content-Length` is no length, or one over the limit.
   */
  bodySize(at: number): number {
    const isHttp = this.#start?.type === "httpRequest" || this.#start?.type === "httpResponse";
    const lengths = new Set(new HeaderFields(this.#fields).getAll("Content-Length"));
    const [length] = lengths;
    if (isHttp || length === undefined) return 0;
    if (lengths.size > 1) throw this.#error("there are several Content-Lengths", 400, at);
    if (!/^\d{1,15}$/.test(length)) {
      throw this.#error("Content-Length is no number", 400, at);
    }
    if (Number(length) > MAX_BODY) {
      throw this.#error(`the body is longer than ${MAX_BODY} bytes`, 413, at, MAX_BODY);
    }
    return Number(length);
  }

  /** The whole message, with its body. Only after {@linkcode addLine} ended the head. */
  build(body: Uint8Array): RtspRequest | RtspResponse | HttpRequestHead | HttpResponseHead {
    const headers = new HeaderFields(this.#fields);
    const start = this.#start;
    switch (start?.type) {
      case "request":
        return { ...start, headers, body };
      case "response":
        return { ...start, headers, body };
      case "httpRequest":
        return { ...start, headers, rest: NOTHING };
      case "httpResponse":
        return { ...start, headers };
      default:
        throw new TypeError("Cannot build a message: its head has not ended");
    }
  }

  #parseStart(line: string, at: number): StartLine {
    const start = parseStartLine(line);
    if (start !== undefined) return start;
    const shown = JSON.stringify(line.slice(0, 40));
    throw this.#error(`${shown} is neither a request nor a response`, 400, at);
  }

  /** An unknown version is told at the end of the head, so that the answer can carry its CSeq. */
  #end(at: number): true {
    if (this.#start?.type === "version") {
      throw this.#error(`${this.#start.protocol} is not supported`, 505, at);
    }
    return true;
  }

  #addField(line: string, at: number): void {
    if (this.#fields.length === MAX_HEADERS) {
      throw this.#error(`there are more than ${MAX_HEADERS} header fields`, 431, at, MAX_HEADERS);
    }
    const field = parseField(line);
    if (field === undefined) throw this.#error("a header field has no name", 400, at);
    this.#fields.push(field);
  }

  /** Folding is tolerated: RFC 2326 has it, RFC 7826 tells to accept it. */
  #unfold(line: string, at: number): void {
    const last = this.#fields.pop();
    if (last === undefined) throw this.#error("the first header field is folded", 400, at);
    const value = `${last[1]} ${line.trim()}`.trim();
    if (value.length > MAX_LINE) throw this.lineTooLong(at);
    this.#fields.push([last[0], value]);
  }

  #error(
    reason: string,
    status: RtspMessageError["status"],
    offset: number,
    limit?: number,
  ): RtspMessageError {
    const cseq = new HeaderFields(this.#fields).get("CSeq");
    return new RtspMessageError(reason, status, {
      offset,
      ...(limit !== undefined && { limit }),
      ...(cseq !== undefined && { cseq }),
    });
  }
}
