/** Cuts UTF-8 text into lines, without their line breaks; the last one need not have any. */
export class TextLineStream extends TransformStream<Uint8Array, string> {
  /** Holds back the part of the text that is not yet a whole line. */
  constructor() {
    const decoder = new TextDecoder();
    let rest = "";
    super({
      transform(chunk, controller) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
