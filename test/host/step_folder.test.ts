// The folder of a run: where it cannot be made, the step is told so, not that the program has a bug.

import { expect, test } from "vitest";
import { runFolder } from "../../src/host/step_folder.ts";

test("runFolder tells which folder cannot be made", async () => {
  const file = await Deno.makeTempFile();
  await expect(runFolder(file, 7)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`No se puede crear la carpeta "${file}/etl/runs/7/tmp"`),
  });
  await Deno.remove(file);
});
