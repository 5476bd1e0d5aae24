// Reads server-sent events as they come.

export type ServerEvent = { readonly id: string; readonly event: string; readonly data: unknown };

export function sseReader(answer: Response) {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";

  /** The next event; undefined at the end of the stream. */
  async function next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        text += value;
        continue;
      }
      const fields = new Map(
        text.slice(0, end).split("\n").map((line) => {
          const at = line.indexOf(": ");
          return [line.slice(0, at), line.slice(at + 2)];
        }),
      );
      text = text.slice(end + 2);
      const event = fields.get("event");
      if (event === undefined) continue;
      return { id: fields.get("id") ?? "", event, data: JSON.parse(fields.get("data")!) };
    }
  }

  return {
    next,
    /** All that comes before the end. */
    async rest(): Promise<ServerEvent[]> {
      const events: ServerEvent[] = [];
      for (let one = await next(); one; one = await next()) events.push(one);
      return events;
    },
    cancel: () => reader.cancel(),
  };
}
