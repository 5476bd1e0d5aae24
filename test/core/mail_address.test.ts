// Addresses of mail as settings write them.

import { expect, test } from "vitest";
import { parseSender } from "../../src/core/mail_address.ts";

test.each([
  ["a@b.example", { name: "", address: "a@b.example" }],
  ["<a@b.example>", { name: "", address: "a@b.example" }],
  ["  Series de Tiempo  <a@b.example> ", { name: "Series de Tiempo", address: "a@b.example" }],
  ["Series, de <a@b.example>", { name: "Series, de", address: "a@b.example" }],
  ["a@b.example, c@d.example", undefined],
  ["X\n<a@b.example>", undefined],
  ["X <a@b.example> <c@d.example>", undefined],
  ["", undefined],
])("parseSender of %j", (text, expected) => {
  expect(parseSender(text)).toEqual(expected);
});
