// Rows for who cannot log in: a password that was forgotten, and the first account of a server without any.

import * as z from "zod";
import type { FirstAccount } from "../operation/first_account.ts";
import type { PasswordResets } from "../operation/password_resets.ts";
import { PASSWORD_LENGTH } from "../operation/passwords.ts";
import { PASSWORD } from "./account_operations.ts";
import type { OpenOperation } from "./operation.ts";

type PasswordContext = {
  readonly passwordResets: PasswordResets;
  readonly firstAccount: FirstAccount;
  readonly onError?: (error: unknown, path: string) => void;
};

const TOKEN = z.string().max(100).meta({ writeOnly: true });
const NEW_PASSWORD = PASSWORD.describe(`De al menos ${PASSWORD_LENGTH.least} caracteres`);
const REQUEST_ANSWER = z.object({ detail: z.string() });

export const PASSWORD_OPERATIONS: readonly OpenOperation<PasswordContext>[] = [
  {
    id: "password.request_reset",
    method: "post",
    path: "/password-resets",
    role: "anyone",
    summary: "Pide por correo un código para poner otra clave; responde lo mismo haya o no tal cuenta",
    body: z.strictObject({
      account: z.string().max(300).meta({ writeOnly: true }).describe("Nombre o correo de la cuenta"),
    }),
    answer: REQUEST_ANSWER,
    run: async ({ passwordResets, onError }, { body }): Promise<z.infer<typeof REQUEST_ANSWER>> => {
      const { sending } = await passwordResets.request(body.account);
      sending.catch((error) => onError?.(error, "/api/ops/password-resets"));
      return {
        detail: "Si hay una cuenta así y tiene correo, le llegará un código que sirve durante una hora",
      };
    },
  },
  {
    id: "password.complete_reset",
    method: "post",
    path: "/password-resets/completion",
    role: "anyone",
    summary: "Pone la clave nueva con el código que llegó por correo",
    body: z.strictObject({ token: TOKEN, password: NEW_PASSWORD }),
    run: async ({ passwordResets }, { body: { token, password }, actsFor }) => {
      const { name } = await passwordResets.complete(token, password);
      actsFor(name);
    },
  },
  {
    id: "password.first_account",
    method: "post",
    path: "/first-account",
    role: "anyone",
    summary: "Crea la primera cuenta, de administración, con el código que escribe el servidor al iniciar",
    body: z.strictObject({
      token: TOKEN,
      name: z.string().max(200),
      email: z.string().optional(),
      password: NEW_PASSWORD,
    }),
    run: async ({ firstAccount }, { body: { token, ...account }, actsFor }) => {
      const { name } = await firstAccount.create(token, account);
      actsFor(name);
    },
  },
];
