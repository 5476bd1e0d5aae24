// Who is told of what, how often it is tried, and that nothing of it touches the run.

import { describe, expect, test } from "vitest";
import type { Notification } from "../../src/core/etl/sequence.ts";
import type { MailMessage } from "../../src/core/mail.ts";
import { type Letter, notifier, type Senders } from "../../src/etl/notify.ts";
import { failed, outcome, snapshot } from "./example_sequences.ts";
import { world } from "./scheduler_world.ts";

const onFailure: Notification[] = [
  { webhook: "https://example.org/hook" },
  { mail: "ana@example.org" },
  { command: ["tell", "--loud"] },
];
const onRecovery: Notification[] = [{ mail: "ana@example.org" }];

function senders(failures = 0) {
  const webhooks: { address: string; letter: Letter }[] = [];
  const mails: MailMessage[] = [];
  const commands: { argv: readonly string[]; letter: Letter }[] = [];
  let tries = 0;
  const all: Senders = {
    webhook: (address, letter) => {
      if (tries++ < failures) return Promise.reject(new Error("No anda"));
      webhooks.push({ address, letter });
      return Promise.resolve();
    },
    mail: { send: (message) => Promise.resolve(void mails.push(message)) },
    command: (argv, letter) => Promise.resolve(void commands.push({ argv, letter })),
  };
  return { all, webhooks, mails, commands, tries: () => tries };
}

/** A sequence that is run again and again, and told of. */
async function told(outcomes: readonly ("good" | "bad" | "cancelled")[], failures = 0) {
  const sent = senders(failures);
  const errors: unknown[] = [];
  const pauses: number[] = [];
  const notify = notifier(
    sent.all,
    (error) => errors.push(error),
    (ms) => Promise.resolve(void pauses.push(ms)),
  );
  const here = await world({ notify });
  const ids: number[] = [];
  for (const how of outcomes) {
    const id = await here.start(snapshot(undefined, { onFailure, onRecovery }));
    ids.push(id);
    await here.tick();
    await here.begin();
    if (how === "cancelled") await here.store.askCancel(id, null, here.now());
    await here.end(id, "a", how === "good" ? outcome(here.now()) : failed(here.now()));
    await here.tick();
    await here.tell();
  }
  return { here, ids, sent, errors, pauses };
}

describe("notifier", () => {
  test("tells of a failure by webhook, mail and command", async () => {
    const { here, ids, sent } = await told(["bad"]);
    const letter = {
      event: "failure",
      run: {
        id: ids[0],
        name: "example",
        status: "FAILURE",
        reason: "exit_code",
        message: 'El paso "a" (module) terminó con el código 1: no hay datos',
        trigger: "manual",
        scheduled_at: null,
        start: "2026-05-04T12:00:00.000Z",
        end: "2026-05-04T12:00:00.000Z",
        parent_run_id: null,
      },
    };
    expect(sent.webhooks).toEqual([{ address: "https://example.org/hook", letter }]);
    expect(sent.commands).toEqual([{ argv: ["tell", "--loud"], letter }]);
    expect(sent.mails).toHaveLength(1);
    expect(sent.mails[0]).toMatchObject({
      to: ["ana@example.org"],
      subject: `Falló la secuencia "example" (corrida ${ids[0]})`,
    });
    expect(sent.mails[0]!.text).toContain("terminó con el código 1: no hay datos");
    expect(await here.run(ids[0]!)).toMatchObject({ status: "FAILURE", notified: "SUCCESS" });
    // And never again.
    await here.tell();
    expect(sent.webhooks).toHaveLength(1);
  });

  test("tells of the first success after a failure, and of no other", async () => {
    const { here, ids, sent } = await told(["good", "bad", "cancelled", "good", "good"]);
    expect(sent.mails.map(({ subject }) => subject)).toEqual([
      `Falló la secuencia "example" (corrida ${ids[1]})`,
      `La secuencia "example" volvió a terminar bien (corrida ${ids[3]})`,
    ]);
    const notified = await Promise.all(ids.map(async (id) => (await here.run(id)).notified));
    expect(notified).toEqual([null, "SUCCESS", null, "SUCCESS", null]);
  });

  test("tries three times, and then notes that it failed; the run stays what it is", async () => {
    const { here, ids, sent, errors, pauses } = await told(["bad"], 3);
    expect(sent.tries()).toBe(3);
    expect(pauses).toEqual([2_000, 10_000]);
    expect(errors).toEqual([new Error("No anda")]);
    // The others were told.
    expect(sent.mails).toHaveLength(1);
    expect(await here.run(ids[0]!)).toMatchObject({
      status: "FAILURE",
      reason: "exit_code",
      notified: "FAILURE",
    });
  });

  test("is content when the third time is well", async () => {
    const { here, ids, sent } = await told(["bad"], 2);
    expect(sent.webhooks).toHaveLength(1);
    expect((await here.run(ids[0]!)).notified).toBe("SUCCESS");
  });

  test("asks nothing of a sequence that tells nobody", async () => {
    const here = await world({ notify: () => Promise.reject(new Error("asked")) });
    const id = await here.start(snapshot());
    await here.tick();
    await here.begin();
    await here.end(id, "a", failed(here.now()));
    await here.tick();
    await here.tell();
    expect((await here.run(id)).notified).toBe(null);
  });
});
