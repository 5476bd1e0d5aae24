// What is wrong in the files of sequences is told all at once, each fault with file, place, reason and remedy. The cases
// are the list of etl-scheduler 5.2, in its order; those of modules and paths are in module_faults.test.ts.

import { describe } from "vitest";
import { type FaultCase, testFaults } from "./fault_cases.ts";

const step = (extra: object = {}) => ({ module_name: "ok", ...extra });

const CASES: readonly FaultCase[] = [
  {
    why: "bad JSON, with line and column",
    sequence: '[\n  { "module_name": "ok" },\n  { "module_name" "ok" }\n]',
    told: [{ at: "", says: "línea 3, columna 19", hint: 'No se esperaba "\\""' }],
  },
  {
    why: "JSON that ends too early",
    sequence: '[{ "module_name": "ok" }',
    told: [{ at: "", says: "línea 1, columna 25", hint: "termina antes de tiempo" }],
  },
  { why: "an empty file", sequence: "\ufeff \n", told: [{ at: "", says: "Está vacío" }] },
  { why: "neither list nor object", sequence: "3", told: [{ at: "", says: "lista de pasos" }] },
  { why: "null", sequence: "null", told: [{ at: "", says: "lista de pasos" }] },
  { why: "no steps", sequence: {}, told: [{ at: "/steps", says: 'Falta "steps"' }] },
  { why: "an empty list", sequence: [], told: [{ at: "", says: "no tiene pasos" }] },
  {
    why: "an empty list of steps",
    sequence: { steps: [] },
    told: [{ at: "/steps", says: "no tiene pasos" }],
  },
  {
    why: "no module_name: missing, null, empty, of another type, all at once",
    sequence: [{}, { module_name: null }, { module_name: "" }, { module_name: 3 }],
    told: [
      { at: "/0/module_name", says: 'Falta "module_name"' },
      { at: "/1/module_name", says: 'Falta "module_name"' },
      { at: "/2/module_name", says: "el nombre de un módulo", hint: "un texto vacío" },
      { at: "/3/module_name", says: "el nombre de un módulo", hint: "Hay 3" },
    ],
  },
  {
    why: "an unknown module, with the nearest name",
    sequence: [{ module_name: "otehr" }, { module_name: "nothing_like_it" }],
    told: [
      { at: "/0/module_name", says: 'No existe el módulo "otehr"', hint: '¿Quiso decir "other"?' },
      { at: "/1/module_name", says: '"nothing_like_it"', hint: "Agréguelo a modules.json" },
    ],
  },
  {
    why: "a module that is a name of the language's own",
    sequence: [{ module_name: "constructor" }, { module_name: "__proto__" }],
    told: [{ at: "/0/module_name", says: "No existe" }, { at: "/1/module_name", says: "No existe" }],
  },
  {
    why: "wrong types of a step",
    sequence: [step({
      input: 1,
      output: [],
      conf: {},
      id: 7,
      needs: "a",
      when: "sometimes",
      retries: 3,
      timeoutSeconds: 0,
      continueOnError: "no",
    })],
    told: [
      { at: "/0/id", says: "un texto", hint: "Hay 7" },
      { at: "/0/needs", says: "una lista de ids" },
      { at: "/0/when", says: '"success" o "failure" o "always"' },
      { at: "/0/retries", says: "un objeto" },
      { at: "/0/timeoutSeconds", says: "más de 0" },
      { at: "/0/input", says: "un texto" },
      { at: "/0/output", says: "un texto", hint: "una lista" },
      { at: "/0/conf", says: "un texto", hint: "un objeto" },
      { at: "/0/continueOnError", says: "true o false" },
    ],
  },
  {
    why: "wrong types of a sequence",
    sequence: {
      steps: [step(), 3],
      schedule: "daily",
      overlap: "skpi",
      retries: { max: -1, factor: 0.5, jitter: 2, backoffSeconds: "1", onExitCodes: [0, 2] },
      timeoutSeconds: "1",
      enabled: 1,
      concurrencyGroup: "a/b",
      onFailure: {},
      onRecovery: [{}, { mail: "ana" }, { webhook: "ftp://x" }, { command: "./x" }, { command: [] }],
    },
    told: [
      { at: "/steps/1", says: "Debe ser un objeto" },
      { at: "/timeoutSeconds", says: "un número" },
      { at: "/concurrencyGroup", says: '"a/b" no es un nombre válido' },
      { at: "/retries/onExitCodes/0", says: "un entero de 1 a 255" },
      { at: "/retries/onExitCodes", says: "código 2" },
      { at: "/retries/max", says: "un entero de 0" },
      { at: "/retries/backoffSeconds", says: "un número" },
      { at: "/retries/factor", says: "de 1 a 100" },
      { at: "/retries/jitter", says: "de 0 a 1" },
      { at: "/schedule", says: "una lista de horarios" },
      { at: "/overlap", says: '"skip" o "queue"', hint: '"skip"' },
      { at: "/enabled", says: "true o false" },
      { at: "/onFailure", says: "una lista de avisos" },
      { at: "/onRecovery/0", says: "una sola de sus claves" },
      { at: "/onRecovery/1/mail", says: "correo" },
      { at: "/onRecovery/2/webhook", says: "http o https" },
      { at: "/onRecovery/3/command", says: "una lista" },
      { at: "/onRecovery/4/command", says: "está vacío" },
    ],
  },
  {
    why: "passwords where all would see them",
    sequence: {
      steps: [{ module_name: "a" }, { module_name: "b" }],
      onFailure: [{ webhook: "https://ana:clave@example.org/" }, { command: ["x", "redis://:clave@h"] }],
    },
    files: {
      "modules.json": {
        a: { cmd: ["true", "postgres://ana:clave@h/b"] },
        b: { cmd: "true", env: { DB: "postgres://ana:clave@h/b" } },
      },
    },
    told: [
      { at: "/onFailure/0/webhook", says: "contraseña" },
      { at: "/onFailure/1/command/1", says: "contraseña" },
      { file: "modules.json", at: "/a/cmd/0", says: "contraseña", hint: '"secrets"' },
      { file: "modules.json", at: "/b/env/DB", says: "contraseña", hint: '"secrets"' },
    ],
  },
  {
    why: "unknown keys, listing the allowed ones; the original's own are reserved",
    sequence: { steps: [step({ inptu: "a", task_id: "1" })], shedule: [], "a/b~c": 1, "__proto__": 1 },
    told: [
      {
        at: "/shedule",
        says: '"shedule"',
        hint: '¿Quiso decir "schedule"? Se admiten: steps, schedule, overlap',
      },
      { at: "/a~1b~0c", says: '"a/b~c"', hint: "Se admiten: steps" },
      {
        at: "/steps/0/inptu",
        says: '"inptu"',
        hint: '¿Quiso decir "input"? Se admiten: module_name, input',
      },
      { at: "/steps/0/task_id", says: '"task_id"', hint: "reservado" },
    ],
  },
  {
    why: "repeated ids, also with one that a step has by its place",
    sequence: [step({ id: "a" }), step({ id: "a" }), step({ id: "4" }), step()],
    told: [
      { at: "/1/id", says: 'El id "a" ya es el del paso 1' },
      { at: "/3", says: 'El id "4" ya es el del paso 3', hint: '"id"' },
    ],
  },
  {
    why: "names that are no names",
    sequence: [step({ id: "a b" }), { include: "../x" }],
    told: [
      { at: "/0/id", says: '"a b" no es un nombre válido' },
      { at: "/1/include", says: '"../x" no es un nombre válido' },
    ],
  },
  {
    why: "unknown ids in needs",
    sequence: [step({ id: "carga" }), step({ needs: ["crga", null, 3, "carga", "carga"] })],
    told: [
      { at: "/1/needs/0", says: 'id "crga"', hint: '¿Quiso decir "carga"?' },
      { at: "/1/needs/1", says: "el id de un paso" },
      { at: "/1/needs/2", says: "el id de un paso" },
      { at: "/1/needs/4", says: 'Se repite "carga"' },
    ],
  },
  {
    why: "a cycle, with its path",
    sequence: [step({ id: "a", needs: ["c"] }), step({ id: "b" }), step({ id: "c" })],
    told: [{ at: "/0/needs", says: "a -> c -> b -> a" }],
  },
  {
    why: "a step that needs itself",
    sequence: [step({ id: "a", needs: ["a"] })],
    told: [{ at: "/0/needs", says: "a -> a" }],
  },
  {
    why: "sequences that include each other, with the path",
    sequence: [{ include: "b" }],
    files: { "etl_sequences/b.json": [step(), { include: "s" }] },
    told: [
      { at: "/0/include", says: "s -> b -> s" },
      { file: "etl_sequences/b.json", at: "/1/include", says: "b -> s -> b" },
    ],
  },
  {
    why: "a sequence that includes itself",
    sequence: [step(), { include: "s" }],
    told: [{ at: "/1/include", says: "s -> s" }],
  },
  {
    why: "one that is there but includes others in a circle",
    sequence: [{ include: "a" }],
    files: { "etl_sequences/a.json": [{ include: "b" }], "etl_sequences/b.json": [{ include: "a" }] },
    told: [
      { file: "etl_sequences/a.json", at: "/0/include", says: "a -> b -> a" },
      { file: "etl_sequences/b.json", at: "/0/include", says: "b -> a -> b" },
    ],
  },
  {
    why: "an included sequence that is not there",
    sequence: [{ include: "bsae" }],
    files: { "etl_sequences/base.json": [step()] },
    told: [{ at: "/0/include", says: 'No existe la secuencia "bsae"', hint: '"base"' }],
  },
  {
    why: "faults of an included sequence, in its own file",
    sequence: [{ include: "b" }],
    files: { "etl_sequences/b.json": [{ module_name: "none" }] },
    told: [{ file: "etl_sequences/b.json", at: "/0/module_name", says: '"none"' }],
  },
  {
    why: "an inclusion with what only a module takes",
    sequence: [{ include: "b", input: "x", continueOnError: true }],
    files: { "etl_sequences/b.json": [step()] },
    told: [
      { at: "/0/input", says: '"input"', hint: "la secuencia incluida" },
      { at: "/0/continueOnError", says: '"continueOnError"', hint: "la secuencia incluida" },
    ],
  },
  {
    why: "too many steps",
    sequence: Array(1001).fill(step()),
    told: [{ at: "", says: "1001 entradas" }],
  },
  {
    why: "inclusions that multiply",
    sequence: Array(50).fill({ include: "b" }),
    files: { "etl_sequences/b.json": Array(21).fill(step()) },
    told: [{ at: "/0", says: "más de 1000 pasos" }],
  },
  {
    why: "bad times: fields, values, never, zone, repeated, another key",
    sequence: {
      steps: [step()],
      schedule: [
        { cron: "0 0 * *" },
        { cron: "61 * * * *" },
        { cron: "0 0 30 2 *" },
        { cron: "0 0 * * *", timezone: "America/Cordova" },
        { cron: "0 0 * * *", timezone: "+03:00" },
        { cron: "5 0 * * *" },
        { cron: " 5  0 * * * ", timezone: "UTC" },
        { cron: "@daily", misfire: "never", misfireGraceSeconds: -1 },
        { timezone: "UTC", every: 1 },
        "0 0 * * *",
      ],
    },
    told: [
      { at: "/schedule/0/cron", says: "4 campos" },
      { at: "/schedule/1/cron", says: "no es un cron", hint: "los minutos" },
      { at: "/schedule/2/cron", says: "no ocurre nunca", hint: "30 de febrero" },
      { at: "/schedule/3/timezone", says: 'No existe la zona "America/Cordova"' },
      { at: "/schedule/4/timezone", says: 'No existe la zona "+03:00"' },
      { at: "/schedule/6", says: 'Se repite el horario "5 0 * * * UTC"' },
      { at: "/schedule/7/cron", says: "1 campos" },
      { at: "/schedule/7/misfire", says: '"skip" o "run_once" o "run_all"' },
      { at: "/schedule/7/misfireGraceSeconds", says: "un número" },
      { at: "/schedule/8/every", says: '"every"' },
      { at: "/schedule/8/cron", says: 'Falta "cron"' },
      { at: "/schedule/9", says: "un objeto" },
    ],
  },
  {
    why: "conf and config that differ",
    sequence: [
      step({ conf: "a", config: "b" }),
      step({ conf: "a", config: "a" }),
      step({ conf: "", config: "b" }),
    ],
    told: [{ at: "/0/config", says: '"a" y "b"' }],
  },
  {
    why: "a text that no program can be given",
    sequence: [step({ conf: "a\0b" })],
    told: [{ at: "/0/conf", says: "carácter 0" }],
  },
  {
    why:
      "configurations of modules that are known: missing, of the wrong kind, wrong inside, options missing",
    sequence: [
      { module_name: "data_refine", input: "in", output: "o1", conf: "none" },
      { module_name: "data_refine", input: "in", output: "o2", config: "in/a.csv" },
      { module_name: "data_refine", input: "in", output: "o3", conf: "bad/" },
      { module_name: "data_refine", input: "in", output: "o4", conf: "good" },
      { module_name: "data_refine", output: "made" },
      { module_name: "data_refine", input: "in", output: "o5", conf: "made/conf" },
    ],
    files: {
      "modules.json": { data_refine: { cmd: "true" } },
      "in/a.csv": "a",
      "bad/conf.json": {},
      "good/conf.json": {},
    },
    told: [
      { at: "/0/conf", says: 'No existe la configuración "none"', hint: "una carpeta" },
      { at: "/1/config", says: '"in/a.csv" no es una carpeta' },
      { at: "/2/conf", says: "bad/conf.json: mal" },
      { at: "/4", says: 'Falta "input"' },
      { at: "/4", says: 'Falta "conf"' },
    ],
  },
];

describe("readSequence refuses", () => testFaults(CASES));
