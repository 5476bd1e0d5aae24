// The recorded cases of a store that the replaced system left, imported from a real Redis, published and asked.

import { expect, test } from "vitest";
import { differenceLines } from "../conformance/compare.ts";
import { runPriceCases } from "../conformance/price_cases.ts";
import { OWN_PRICES, readSuite } from "../conformance/suites.ts";
import { START_TIMEOUT_MS } from "../services.ts";

const suite = readSuite(OWN_PRICES);
if (suite?.kind !== "prices") throw new Error(`${OWN_PRICES} holds no price suites`);
const legacy = suite.files.find(({ title }) => title === "legacy-store.json")!;

test("the price API answers a legacy store as recorded or corrected", async () => {
  const { results } = await runPriceCases(legacy);
  expect(results).toHaveLength(legacy.cases.length);
  expect(
    results.flatMap(({ name, differences }) => differenceLines(differences).map((line) => `${name} ${line}`)),
  )
    .toEqual([]);
}, START_TIMEOUT_MS);
